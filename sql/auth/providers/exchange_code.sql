-- auth.exchange_code: exchange an auth code and its verifier for a session (POST /token?grant_type=pkce).
--
-- Runs as   definer: reads and writes flows and sessions, which no API role may see.
-- Writes    the code's use and a session; of a flow that links, the identity. A code that is used again ends the
--           session that its first use gave: two have it (RFC 6749, 4.1.2).
-- Returns   200 and a session, with the provider's tokens; 404 flow_state_not_found, 403 flow_state_expired, 400
--           bad_code_verifier, validation_failed, user_banned; of a link identity_already_exists.
-- Races     one statement takes the code: of any number at once, one gets the session.
CREATE FUNCTION auth.exchange_code(
    auth_code pg_catalog.text DEFAULT NULL,
    code_verifier pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow    auth.flow_state;
    v_refusal auth.answer;
    v_session pg_catalog.jsonb;
BEGIN
    IF COALESCE(exchange_code.auth_code, '') = '' OR COALESCE(exchange_code.code_verifier, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed',
            'invalid request: both auth code and code verifier should be non-empty');
    END IF;
    UPDATE auth.flow_state AS f
    SET auth_code_used_at = pg_catalog.clock_timestamp(), updated_at = pg_catalog.now()
    WHERE f.auth_code = howdah_private.auth_token_digest(exchange_code.auth_code)
      AND f.auth_code_used_at IS NULL
      AND f.auth_code_issued_at > pg_catalog.clock_timestamp() - pg_catalog.make_interval(
              secs => auth.get('security_auth_code_exp')::pg_catalog.int4)
      AND howdah_private.pkce_meets(
              exchange_code.code_verifier, f.code_challenge, f.code_challenge_method::pg_catalog.text)
    RETURNING f.* INTO v_flow;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse_code(exchange_code.auth_code, exchange_code.code_verifier);
    END IF;
    IF v_flow.linking_profile IS NOT NULL THEN
        v_refusal := howdah_private.auth_link_profile(
            v_flow.provider_type, v_flow.linking_target_id, v_flow.linking_profile, v_flow.id);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;
    v_refusal := howdah_private.auth_refuse_user(v_flow.user_id);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_session := howdah_private.auth_issue_session(v_flow.user_id, v_flow.authentication_method);
    UPDATE auth.flow_state AS f
    SET session_id = howdah_private.auth_session_of(v_session),
        provider_access_token = NULL, provider_refresh_token = NULL
    WHERE f.id = v_flow.id;
    RETURN howdah_private.auth_reply(v_session || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'provider_token', howdah_private.secret_open(v_flow.provider_access_token, 'flow:' || v_flow.id),
        'provider_refresh_token', howdah_private.secret_open(v_flow.provider_refresh_token, 'flow:' || v_flow.id))));
END
$$;
ALTER FUNCTION auth.exchange_code(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.exchange_code(pg_catalog.text, pg_catalog.text)
    IS 'Exchange an auth code and its verifier for a session.';
REVOKE EXECUTE ON FUNCTION auth.exchange_code(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.exchange_code(pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
