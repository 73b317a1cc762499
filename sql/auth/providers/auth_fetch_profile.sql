-- howdah_private.auth_fetch_profile: from a provider's code to who it says that somebody is.
--
-- Runs as   invoker: auth.callback is howdah_owner.
-- Takes     provider: resolved; form_user: what Apple's form says beside the code.
-- Writes    what is to be fetched (howdah.outbox_entries), a step at a time: made again until all is there.
-- Returns   profile (sub, email, email_verified, data) and tokens; or waiting; or problem, words for the developer, and at: which
--           part of the way it is about (token or profile).
CREATE FUNCTION howdah_private.auth_fetch_profile(
    flow pg_catalog.uuid,
    provider pg_catalog.jsonb,
    code pg_catalog.text,
    form_user pg_catalog.jsonb,
    OUT profile pg_catalog.jsonb,
    OUT tokens pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT problem pg_catalog.text,
    OUT at pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_scope  pg_catalog.text := 'oauth:' || auth_fetch_profile.flow;
    v_step   record;
    v_claims pg_catalog.jsonb;
    v_user   pg_catalog.jsonb;
    v_emails pg_catalog.jsonb;
    v_read   pg_catalog.jsonb;
BEGIN
    at := 'token';
    v_step := howdah_private.auth_ask_token_endpoint(
        auth_fetch_profile.provider, v_scope, 'token',
        pg_catalog.jsonb_build_object(
            'grant_type', 'authorization_code', 'code', auth_fetch_profile.code,
            'redirect_uri', howdah_private.auth_provider_callback())
        || CASE WHEN (auth_fetch_profile.provider ->> 'pkce')::pg_catalog.bool THEN pg_catalog.jsonb_build_object(
               'code_verifier', howdah_private.auth_flow_secret(auth_fetch_profile.flow, 'verifier'))
           ELSE '{}' END,
        (SELECT f.called_at FROM auth.flow_state AS f WHERE f.id = auth_fetch_profile.flow));
    tokens := v_step.tokens;
    waiting := v_step.waiting;
    problem := v_step.problem;
    IF tokens IS NULL THEN
        RETURN;
    END IF;

    at := 'profile';
    IF auth_fetch_profile.provider ->> 'jwks_uri' IS NOT NULL AND tokens ? 'id_token' THEN
        v_step := howdah_private.auth_check_id_token(
            auth_fetch_profile.provider, COALESCE(tokens ->> 'id_token', ''),
            CASE WHEN (auth_fetch_profile.provider ->> 'nonce')::pg_catalog.bool THEN 'plain' ELSE 'unchecked' END,
            howdah_private.auth_flow_secret(auth_fetch_profile.flow, 'nonce'), tokens ->> 'access_token');
        v_claims := v_step.claims;
    ELSIF auth_fetch_profile.provider -> 'scopes' ? 'openid' THEN
        problem := 'there is no ID token in the token endpoint''s answer';
        RETURN;
    END IF;
    IF v_step.waiting IS NULL AND v_step.problem IS NULL AND auth_fetch_profile.provider ->> 'userinfo_endpoint' IS NOT NULL
        AND v_claims ->> 'email' IS NULL THEN
        v_step := howdah_private.auth_ask_userinfo(auth_fetch_profile.provider, v_scope, 'userinfo',
            auth_fetch_profile.provider ->> 'userinfo_endpoint', 'object', tokens ->> 'access_token');
        v_user := v_step.document;
    END IF;
    IF v_step.waiting IS NULL AND v_step.problem IS NULL AND auth_fetch_profile.provider ->> 'emails_endpoint' IS NOT NULL THEN
        v_step := howdah_private.auth_ask_userinfo(auth_fetch_profile.provider, v_scope, 'emails',
            auth_fetch_profile.provider ->> 'emails_endpoint', 'list', tokens ->> 'access_token');
        v_emails := v_step.document;
    END IF;
    waiting := v_step.waiting;
    problem := v_step.problem;
    IF waiting IS NOT NULL OR problem IS NOT NULL THEN
        RETURN;
    END IF;
    v_read := howdah_private.oidc_read_profile(auth_fetch_profile.provider, pg_catalog.jsonb_build_object(
        'claims', v_claims, 'userinfo', v_user, 'emails', v_emails, 'form_user', auth_fetch_profile.form_user));
    profile := v_read -> 'ok';
    problem := v_read ->> 'refusal';
END
$$;
COMMENT ON FUNCTION howdah_private.auth_fetch_profile(
    pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb) IS 'From a provider''s code to who it says that somebody is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_fetch_profile(
    pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_fetch_profile(
    pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
