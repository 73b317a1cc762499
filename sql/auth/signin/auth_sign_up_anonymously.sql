-- howdah_private.auth_sign_up_anonymously: an account without any credential but its session.
--
-- Runs as   invoker: auth.sign_up, which calls it, is howdah_owner.
-- Writes    a user without identity, a session, an audit row.
-- Returns   200 and the session, or a refusal of the policies, the hook or a trigger.
CREATE FUNCTION howdah_private.auth_sign_up_anonymously(data pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer;
    v_made    howdah_private.auth_created;
BEGIN
    v_refusal := howdah_private.auth_check_signup(NULL, NULL);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_refusal := howdah_private.auth_check_rate('anonymous_users', NULL);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_made := howdah_private.auth_create_user(
        provider => 'anonymous', user_data => auth_sign_up_anonymously.data);
    IF (v_made.refusal).status IS NOT NULL THEN
        RETURN v_made.refusal;
    END IF;
    PERFORM howdah_private.auth_audit('user_signedup', v_made.user_id, '{"provider": "anonymous"}');
    RETURN ROW(200, howdah_private.auth_issue_session(v_made.user_id, 'anonymous'), NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_sign_up_anonymously(pg_catalog.jsonb)
    IS 'An account without any credential but its session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_sign_up_anonymously(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_sign_up_anonymously(pg_catalog.jsonb) TO howdah_owner;
