-- auth.sign_in_with_id_token: exchange an ID token that an app got from a provider itself for a session (POST /token?grant_type=id_token).
--
-- Runs as   definer: reads providers, writes users, identities, sessions, which no API role may see.
-- Takes     the nonce as the app knows it; the token has its SHA-256 in hex. With link_identity the identity becomes the signed-in user's.
-- Writes    as howdah_private.auth_admit_profile() or auth_link_profile().
-- Returns   200 and a session; 400 validation_failed, provider_disabled, and {"error", "error_description"} for a token that is no good.
-- Waits     for the issuer's keys.
CREATE FUNCTION auth.sign_in_with_id_token(
    id_token pg_catalog.text DEFAULT NULL,
    access_token pg_catalog.text DEFAULT NULL,
    nonce pg_catalog.text DEFAULT NULL,
    provider pg_catalog.text DEFAULT NULL,
    client_id pg_catalog.text DEFAULT NULL,
    issuer pg_catalog.text DEFAULT NULL,
    link_identity pg_catalog.bool DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller   howdah_private.auth_caller;
    v_refusal  auth.answer;
    v_provider record;
    v_checked  record;
    v_read     pg_catalog.jsonb;
    v_done     record;
BEGIN
    v_refusal := howdah_private.auth_check_rate('provider', NULL);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF COALESCE(sign_in_with_id_token.id_token, '') = '' THEN
        RETURN howdah_private.auth_refuse_token('invalid request', 'id_token required');
    END IF;
    IF sign_in_with_id_token.link_identity THEN
        v_caller := howdah_private.auth_linking_caller();
        IF (v_caller.refusal).status IS NOT NULL THEN
            RETURN v_caller.refusal;
        END IF;
    END IF;
    v_provider := howdah_private.auth_resolve_provider(howdah_private.auth_provider_of_token(
        sign_in_with_id_token.provider, sign_in_with_id_token.client_id, sign_in_with_id_token.issuer));
    IF v_provider.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_provider.waiting);
    ELSIF v_provider.problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse_provider(sign_in_with_id_token.provider, v_provider.problem);
    ELSIF v_provider.resolved IS NULL THEN
        RETURN howdah_private.auth_refuse('provider_disabled', pg_catalog.format(
            'Provider (issuer %s) is not enabled', pg_catalog.to_json(pg_catalog.left(COALESCE(
                NULLIF(sign_in_with_id_token.issuer, ''), sign_in_with_id_token.provider, ''), 200))));
    END IF;
    v_checked := howdah_private.auth_check_id_token(
        v_provider.resolved, sign_in_with_id_token.id_token,
        CASE WHEN (v_provider.resolved ->> 'skip_nonce_check')::pg_catalog.bool THEN 'unchecked'
             WHEN COALESCE(sign_in_with_id_token.nonce, '') = '' THEN 'absent' ELSE 'hashed' END,
        sign_in_with_id_token.nonce, NULLIF(sign_in_with_id_token.access_token, ''));
    IF v_checked.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_checked.waiting);
    ELSIF v_checked.problem IS NOT NULL THEN
        RAISE LOG 'howdah: provider %: %', v_provider.resolved ->> 'name', v_checked.problem;
        RETURN howdah_private.auth_refuse_id_token(v_checked.problem);
    END IF;
    v_read := howdah_private.oidc_read_profile(
        v_provider.resolved, pg_catalog.jsonb_build_object('claims', v_checked.claims));
    IF v_read ? 'refusal' THEN
        RETURN howdah_private.auth_refuse_token('invalid request', 'Bad ID token');
    END IF;
    IF sign_in_with_id_token.link_identity THEN
        v_refusal := howdah_private.auth_link_profile(
            v_provider.resolved ->> 'name', v_caller.user_id, v_read -> 'ok', NULL);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
        RETURN howdah_private.auth_reply(howdah_private.auth_issue_session(v_caller.user_id, 'oauth', v_caller.aal));
    END IF;
    v_done := howdah_private.auth_admit_profile(v_provider.resolved, v_read -> 'ok', NULL);
    IF (v_done.refusal).status IS NOT NULL THEN
        RETURN v_done.refusal;
    END IF;
    RETURN howdah_private.auth_reply(howdah_private.auth_issue_session(v_done.user_id, 'oauth'));
END
$$;
ALTER FUNCTION auth.sign_in_with_id_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.sign_in_with_id_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) IS 'Exchange an ID token that an app got from a provider itself for a session.';
REVOKE EXECUTE ON FUNCTION auth.sign_in_with_id_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.sign_in_with_id_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) TO anon, authenticated, service_role;
