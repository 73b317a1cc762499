-- howdah_private.auth_admit_with_password: a session for a user whose password was right, if nothing else is in the way.
--
-- Runs as   invoker: auth.sign_in_with_password, which calls it, is howdah_owner.
-- Writes    a session and an audit row.
-- Returns   200 and the session; user_banned, email_not_confirmed, phone_not_confirmed.
CREATE FUNCTION howdah_private.auth_admit_with_password(
    user_id pg_catalog.uuid,
    by_email pg_catalog.bool,
    address pg_catalog.text,
    password pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user    record;
    v_session pg_catalog.jsonb;
    v_weak    auth.answer;
BEGIN
    SELECT u.email_confirmed_at, u.phone_confirmed_at, u.banned_until > pg_catalog.now() AS banned INTO v_user
    FROM auth.users AS u WHERE u.id = auth_admit_with_password.user_id;
    IF v_user.banned THEN
        RETURN howdah_private.auth_refuse('user_banned', 'User is banned');
    ELSIF auth_admit_with_password.by_email AND v_user.email_confirmed_at IS NULL
        AND NOT auth.get('mailer_allow_unverified_email_sign_ins')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('email_not_confirmed');
    ELSIF NOT auth_admit_with_password.by_email AND v_user.phone_confirmed_at IS NULL THEN
        RETURN howdah_private.auth_refuse('phone_not_confirmed');
    END IF;

    PERFORM howdah_private.auth_audit('login', auth_admit_with_password.user_id, '{"provider": "password"}');
    v_session := howdah_private.auth_issue_session(auth_admit_with_password.user_id, 'password');
    v_weak := howdah_private.auth_check_password(
        auth_admit_with_password.password, ARRAY[auth_admit_with_password.address]);
    IF (v_weak).body -> 'weak_password' IS NOT NULL THEN
        v_session := v_session || pg_catalog.jsonb_build_object('weak_password', (v_weak).body -> 'weak_password'
            || pg_catalog.jsonb_build_object('message', (v_weak).body -> 'msg'));
    END IF;
    RETURN ROW(200, v_session, NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_admit_with_password(
    pg_catalog.uuid, pg_catalog.bool, pg_catalog.text, pg_catalog.text)
    IS 'A session for a user whose password was right, if nothing else is in the way.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_admit_with_password(
    pg_catalog.uuid, pg_catalog.bool, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_admit_with_password(
    pg_catalog.uuid, pg_catalog.bool, pg_catalog.text, pg_catalog.text) TO howdah_owner;
