-- auth.link_identity: send the signed-in user to a provider whose identity is to be his (GET /user/identities/authorize).
--
-- Runs as   definer: reads providers, writes a flow, which no API role may see.
-- Writes    a flow. A script asks, so no cookie would stay: with PKCE the code's exchange by that script is what links; without, the
--           answer must come from the address that asked.
-- Returns   302, or 200 {"url"} with skip_http_redirect; 401 and 403 of who is not signed in, 404 manual_linking_disabled, 400
--           validation_failed.
-- Waits     as auth.authorize.
CREATE FUNCTION auth.link_identity(
    provider pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL,
    scopes pg_catalog.text DEFAULT NULL,
    code_challenge pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    skip_http_redirect pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller   howdah_private.auth_caller := howdah_private.auth_linking_caller();
    v_refusal  auth.answer;
    v_provider pg_catalog.jsonb := howdah_private.auth_provider_json(link_identity.provider);
    v_resolved record;
    v_begun    record;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    v_refusal := howdah_private.auth_check_pkce(link_identity.code_challenge, link_identity.code_challenge_method);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF v_provider IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Unsupported provider: provider is not enabled');
    END IF;
    v_resolved := howdah_private.auth_resolve_provider(v_provider);
    IF v_resolved.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_resolved.waiting);
    ELSIF v_resolved.problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse_provider(link_identity.provider, v_resolved.problem);
    END IF;
    v_begun := howdah_private.auth_begin_provider_flow(
        v_resolved.resolved, link_identity.redirect_to, link_identity.scopes, link_identity.code_challenge,
        link_identity.code_challenge_method, NULL, v_caller.user_id, NULL,
        CASE WHEN COALESCE(link_identity.code_challenge, '') = '' THEN howdah_private.client_address() END);
    IF (v_begun.refusal).status IS NOT NULL THEN
        RETURN v_begun.refusal;
    ELSIF link_identity.skip_http_redirect = 'true' THEN
        RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object('url', v_begun.url));
    END IF;
    RETURN howdah_private.auth_reply(NULL, 302, pg_catalog.jsonb_build_object(
        'Location', v_begun.url, 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'));
END
$$;
ALTER FUNCTION auth.link_identity(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.link_identity(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'Send the signed-in user to a provider whose identity is to be his.';
REVOKE EXECUTE ON FUNCTION auth.link_identity(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.link_identity(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
