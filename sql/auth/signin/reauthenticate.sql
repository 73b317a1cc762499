-- auth.reauthenticate: GET /reauthenticate. A nonce for a password change, to the user's confirmed address.
--
-- Runs as   definer: reads auth.users, writes the nonce.
-- Writes    the nonce, its mail or message, reauthentication_sent_at, one audit row.
-- Returns   200 and {} (a message_id by phone); 422 validation_failed without an address, email_not_confirmed or
--           phone_not_confirmed; over_email_send_rate_limit, over_sms_send_rate_limit.
CREATE FUNCTION auth.reauthenticate()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_caller();
    v_user    record;
    v_refusal auth.answer;
    v_body    pg_catalog.jsonb := '{}';
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT NULLIF(u.email, '') AS email, NULLIF(u.phone, '') AS phone, u.email_confirmed_at, u.phone_confirmed_at
    INTO v_user FROM auth.users AS u WHERE u.id = v_caller.user_id;
    IF v_user.email IS NULL AND v_user.phone IS NULL THEN
        RETURN howdah_private.auth_refuse_as(
            422, 'validation_failed', 'Reauthentication requires the user to have an email or a phone number');
    ELSIF v_user.email IS NOT NULL AND v_user.email_confirmed_at IS NULL THEN
        RETURN howdah_private.auth_refuse('email_not_confirmed', 'Please verify your email first.');
    ELSIF v_user.email IS NULL AND v_user.phone_confirmed_at IS NULL THEN
        RETURN howdah_private.auth_refuse('phone_not_confirmed', 'Please verify your phone first.');
    END IF;
    v_refusal := howdah_private.auth_check_rate(
        CASE WHEN v_user.email IS NULL THEN 'sms_send' ELSE 'email_send' END, COALESCE(v_user.email, v_user.phone));
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    PERFORM howdah_private.auth_audit('user_reauthenticate_requested', v_caller.user_id);
    IF v_user.email IS NOT NULL THEN
        PERFORM howdah_private.auth_mail_secret(v_caller.user_id, 'reauthentication', v_user.email);
    ELSE
        v_body := pg_catalog.jsonb_build_object('message_id', howdah_private.auth_text_secret(
            v_caller.user_id, 'reauthentication', v_user.phone));
    END IF;
    RETURN ROW(200, v_body, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.reauthenticate() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.reauthenticate() IS 'GET /reauthenticate: a nonce for a password change.';
REVOKE EXECUTE ON FUNCTION auth.reauthenticate() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.reauthenticate() TO anon, authenticated, service_role;
