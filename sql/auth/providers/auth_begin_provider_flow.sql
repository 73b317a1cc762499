-- howdah_private.auth_begin_provider_flow: keep what a provider's answer must match, and say where the browser goes.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     provider: resolved; browser_hash: of the browser's cookie; client: the address, where no cookie can be set.
-- Writes    one auth.flow_state row: of the state its SHA-256, of nonce and verifier nothing.
-- Returns   url; or refusal.
CREATE FUNCTION howdah_private.auth_begin_provider_flow(
    provider pg_catalog.jsonb,
    redirect_to pg_catalog.text,
    scopes pg_catalog.text,
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text,
    invite_token pg_catalog.text,
    linking_target pg_catalog.uuid,
    browser_hash pg_catalog.text,
    client pg_catalog.inet,
    OUT url pg_catalog.text,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow  pg_catalog.uuid;
    v_state pg_catalog.text := howdah_private.random_token(32);
    v_made  pg_catalog.jsonb;
BEGIN
    v_flow := howdah_private.auth_start_flow(
        NULLIF(auth_begin_provider_flow.code_challenge, ''), NULLIF(auth_begin_provider_flow.code_challenge_method, ''),
        'oauth', NULL, howdah_private.auth_redirect(NULLIF(auth_begin_provider_flow.redirect_to, '')));
    UPDATE auth.flow_state AS f
    SET provider_type = auth_begin_provider_flow.provider ->> 'name',
        state_hash = howdah_private.auth_token_digest(v_state),
        browser_hash = auth_begin_provider_flow.browser_hash,
        client = auth_begin_provider_flow.client,
        linking_target_id = auth_begin_provider_flow.linking_target,
        invite_token = howdah_private.secret_seal(NULLIF(auth_begin_provider_flow.invite_token, ''), 'flow:' || v_flow),
        email_optional = (auth_begin_provider_flow.provider ->> 'email_optional')::pg_catalog.bool,
        expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(
            secs => auth.get('external_flow_state_expiry_duration')::pg_catalog.int4)
    WHERE f.id = v_flow;
    v_made := howdah_private.oidc_authorize_url(auth_begin_provider_flow.provider, pg_catalog.jsonb_build_object(
        'redirect_uri', howdah_private.auth_provider_callback(),
        'state', v_state,
        'nonce', howdah_private.auth_flow_secret(v_flow, 'nonce'),
        'code_challenge', howdah_private.pkce_challenge(howdah_private.auth_flow_secret(v_flow, 'verifier')),
        'scopes', COALESCE(auth_begin_provider_flow.scopes, ''),
        'passed', howdah_private.request_query()));
    url := v_made ->> 'ok';
    IF url IS NULL THEN
        DELETE FROM auth.flow_state AS f WHERE f.id = v_flow;
        refusal := howdah_private.auth_refuse('validation_failed', v_made ->> 'refusal');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_begin_provider_flow(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.inet) IS 'Keep what a provider''s answer must match, and say where the browser goes.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_begin_provider_flow(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.inet) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_begin_provider_flow(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.inet) TO howdah_owner;
