-- auth.authorize: send a browser to a provider (GET /authorize).
--
-- Runs as   definer: reads auth.providers, writes auth.flow_state, which no API role may see.
-- Writes    a flow; the browser gets a cookie that it must come back with. A flow that was asked for by a script (fetch: no cookie
--           would stay) and ends in a code that only the script can redeem (PKCE) goes without.
-- Returns   302 to the provider; 400 validation_failed, 429. Parameters that are not ours go along (login_hint, prompt …).
-- Waits     for the discovery document of a generic provider, once an hour or so.
CREATE FUNCTION auth.authorize(
    provider pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL,
    scopes pg_catalog.text DEFAULT NULL,
    code_challenge pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    invite_token pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_provider pg_catalog.jsonb := howdah_private.auth_provider_json(authorize.provider);
    v_refusal  auth.answer;
    v_resolved record;
    v_browser  record;
    v_begun    record;
BEGIN
    v_refusal := howdah_private.auth_check_rate('provider', NULL);
    IF (v_refusal).status IS NULL THEN
        v_refusal := howdah_private.auth_check_pkce(authorize.code_challenge, authorize.code_challenge_method);
    END IF;
    IF (v_refusal).status IS NULL AND v_provider IS NULL THEN
        v_refusal := howdah_private.auth_refuse(
            'validation_failed', 'Unsupported provider: provider is not enabled');
    END IF;
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_resolved := howdah_private.auth_resolve_provider(v_provider);
    IF v_resolved.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_resolved.waiting);
    ELSIF v_resolved.problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse_provider(authorize.provider, v_resolved.problem);
    END IF;

    v_browser := howdah_private.auth_browser(true, (v_provider ->> 'form_post')::pg_catalog.bool);
    IF NOT auth.get('external_browser_binding')::pg_catalog.bool OR NOT howdah_private.request_active()
        OR (COALESCE(authorize.code_challenge, '') <> ''
            AND howdah_private.request_header('sec-fetch-mode') IS DISTINCT FROM 'navigate'
            AND howdah_private.request_header('sec-fetch-mode') IS NOT NULL) THEN
        v_browser.hash := NULL;
        v_browser.cookie := NULL;
    END IF;
    v_begun := howdah_private.auth_begin_provider_flow(
        v_resolved.resolved, authorize.redirect_to, authorize.scopes, authorize.code_challenge,
        authorize.code_challenge_method, authorize.invite_token, NULL, v_browser.hash, NULL);
    IF (v_begun.refusal).status IS NOT NULL THEN
        RETURN v_begun.refusal;
    END IF;
    RETURN howdah_private.auth_reply(NULL, 302, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'Location', v_begun.url, 'Set-Cookie', v_browser.cookie,
        'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer')));
END
$$;
ALTER FUNCTION auth.authorize(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.authorize(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'Send a browser to a provider.';
REVOKE EXECUTE ON FUNCTION auth.authorize(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.authorize(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
