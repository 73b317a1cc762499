-- auth.callback: a browser comes back from a provider (GET and POST /callback).
--
-- Runs as   definer: reads providers and flows, writes users, identities, sessions, which no API role may see.
-- Writes    the flow's end, once: a state is good for one code of the provider's and ten minutes; users, identities and sessions as
--           howdah_private.auth_admit_profile(); the provider's tokens, sealed.
-- Returns   303 to where the flow was asked to lead: with ?code= (PKCE), or the session in the fragment, or an error in both.
-- Waits     for the token endpoint, keys and documents of the provider.
CREATE FUNCTION auth.callback(
    state pg_catalog.text DEFAULT NULL,
    code pg_catalog.text DEFAULT NULL,
    error pg_catalog.text DEFAULT NULL,
    error_description pg_catalog.text DEFAULT NULL,
    iss pg_catalog.text DEFAULT NULL,
    "user" pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_opened   record;
    v_flow     auth.flow_state;
    v_provider record;
    v_fetched  record;
    v_problem  pg_catalog.text;
BEGIN
    v_opened := howdah_private.auth_open_callback(callback.state);
    IF (v_opened.refusal).status IS NOT NULL THEN
        RETURN howdah_private.auth_end_callback(NULL, v_opened.refusal);
    END IF;
    SELECT f.* INTO STRICT v_flow FROM auth.flow_state AS f WHERE f.id = v_opened.flow;
    v_provider := howdah_private.auth_resolve_provider(howdah_private.auth_provider_json(v_flow.provider_type));
    IF v_provider.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_provider.waiting);
    ELSIF v_provider.resolved IS NULL THEN
        RETURN howdah_private.auth_end_callback(v_flow.id, howdah_private.auth_refuse_provider(
            v_flow.provider_type, COALESCE(v_provider.problem, 'disabled meanwhile')));
    ELSIF NOT howdah_private.auth_check_issuer(v_provider.resolved, callback.iss) THEN
        RETURN howdah_private.auth_end_callback(NULL,
            howdah_private.auth_refuse('bad_oauth_callback', 'OAuth callback of another issuer'));
    END IF;
    IF COALESCE(callback.error, '') <> '' THEN
        RETURN howdah_private.auth_end_denied(v_flow.id, callback.error, callback.error_description);
    ELSIF COALESCE(callback.code, '') = '' THEN
        RETURN howdah_private.auth_end_callback(v_flow.id,
            howdah_private.auth_refuse('bad_oauth_callback', 'OAuth callback with missing authorization code missing'));
    END IF;

    -- The first code that comes with a state is the only one: another is somebody else's.
    UPDATE auth.flow_state AS f
    SET provider_code_hash = howdah_private.auth_token_digest(callback.code),
        called_at = COALESCE(f.called_at, pg_catalog.clock_timestamp())
    WHERE f.id = v_flow.id AND f.finished_at IS NULL
      AND COALESCE(f.provider_code_hash, howdah_private.auth_token_digest(callback.code))
          = howdah_private.auth_token_digest(callback.code)
    RETURNING f.* INTO v_flow;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_end_callback(NULL,
            howdah_private.auth_refuse('bad_oauth_state', 'OAuth callback with invalid state'));
    END IF;

    v_fetched := howdah_private.auth_fetch_profile(
        v_flow.id, v_provider.resolved, callback.code, howdah_private.auth_read_json(callback."user"));
    IF v_fetched.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_fetched.waiting);
    ELSIF v_fetched.problem IS NOT NULL THEN
        RAISE LOG 'howdah: provider %: %', v_flow.provider_type, v_fetched.problem;
        PERFORM howdah_private.auth_audit('provider_failed', NULL, pg_catalog.jsonb_build_object(
            'provider', v_flow.provider_type, 'problem', pg_catalog.left(v_fetched.problem, 200)));
        RETURN howdah_private.auth_end_callback(v_flow.id, howdah_private.auth_refuse('unexpected_failure',
            CASE v_fetched.at WHEN 'token' THEN 'Unable to exchange external code'
                              ELSE 'Error getting user profile from external provider' END));
    END IF;

    UPDATE auth.flow_state AS f SET finished_at = pg_catalog.clock_timestamp()
    WHERE f.id = v_flow.id AND f.finished_at IS NULL;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_end_callback(NULL,
            howdah_private.auth_refuse('bad_oauth_state', 'OAuth callback with invalid state'));
    END IF;
    RETURN howdah_private.auth_take_profile(v_flow.id, v_provider.resolved, v_fetched.profile, v_fetched.tokens);
END
$$;
ALTER FUNCTION auth.callback(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.callback(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'A browser comes back from a provider.';
REVOKE EXECUTE ON FUNCTION auth.callback(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.callback(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
