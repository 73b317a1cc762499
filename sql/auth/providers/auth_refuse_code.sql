-- howdah_private.auth_refuse_code: why an auth code was not taken.
--
-- Runs as   invoker: auth.exchange_code is howdah_owner.
-- Writes    ends the session of a code that was used before, with an audit row.
-- Returns   404 flow_state_not_found, 403 flow_state_expired, 400 bad_code_verifier.
CREATE FUNCTION howdah_private.auth_refuse_code(auth_code pg_catalog.text, code_verifier pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow auth.flow_state;
BEGIN
    SELECT f.* INTO v_flow FROM auth.flow_state AS f
    WHERE f.auth_code = howdah_private.auth_token_digest(auth_refuse_code.auth_code);
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('flow_state_not_found');
    END IF;
    IF v_flow.auth_code_used_at IS NOT NULL THEN
        DELETE FROM auth.sessions AS s WHERE s.id = v_flow.session_id;
        IF FOUND THEN
            PERFORM howdah_private.auth_audit('auth_code_reused', v_flow.user_id,
                pg_catalog.jsonb_build_object('session_id', v_flow.session_id));
        END IF;
        RETURN howdah_private.auth_refuse('flow_state_not_found');
    END IF;
    IF NOT howdah_private.pkce_meets(
        auth_refuse_code.code_verifier, v_flow.code_challenge, v_flow.code_challenge_method::pg_catalog.text) THEN
        RETURN howdah_private.auth_refuse('bad_code_verifier');
    END IF;
    RETURN howdah_private.auth_refuse('flow_state_expired');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_code(pg_catalog.text, pg_catalog.text)
    IS 'Why an auth code was not taken.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_code(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_code(pg_catalog.text, pg_catalog.text) TO howdah_owner;
