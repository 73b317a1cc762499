-- howdah_private.auth_mfa_caller: the signed-in user who asks about his factors or passkeys; anonymous users have none.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   as auth_caller; refusal also 403 no_authorization for an anonymous user, 403 session_not_found for a token without a session.
--           aal is the lower of the token's and the session's: after a factor is removed the token says more than is true.
CREATE FUNCTION howdah_private.auth_mfa_caller()
RETURNS howdah_private.auth_caller
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
    v_aal    pg_catalog.text;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller;
    END IF;
    IF (SELECT u.is_anonymous FROM auth.users AS u WHERE u.id = v_caller.user_id) THEN
        v_caller.refusal := howdah_private.auth_refuse_as(
            403, 'no_authorization', 'Anonymous user not allowed to perform these actions');
        RETURN v_caller;
    END IF;
    SELECT COALESCE(s.aal, 'aal1')::pg_catalog.text INTO v_aal
    FROM auth.sessions AS s WHERE s.id = v_caller.session_id AND s.user_id = v_caller.user_id;
    IF v_aal IS NULL THEN
        v_caller.refusal := howdah_private.auth_refuse('session_not_found');
        RETURN v_caller;
    END IF;
    v_caller.aal := LEAST(v_caller.aal, v_aal);
    RETURN v_caller;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mfa_caller() IS 'The signed-in user who asks about his factors or passkeys.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mfa_caller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mfa_caller() TO howdah_owner;
