-- howdah_private.auth_rehearse: the work of a message that is not sent, so that the time of an answer does not tell whether one
-- was.
--
-- Code, link and message are made and written for a user who is not there, by the functions that make them for one who is, and
-- undone; the couriers are called, for nothing. What is left out is one update of the users row.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    nothing that stays; a hook that sends is asked as for a real message.
CREATE FUNCTION howdah_private.auth_rehearse(
    purpose     pg_catalog.text,
    address     pg_catalog.text,
    redirect_to pg_catalog.text DEFAULT NULL,
    channel     pg_catalog.text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_nobody CONSTANT pg_catalog.text := howdah_private.auth_make_stand_in(auth_rehearse.address);
    v_id     CONSTANT pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_code   CONSTANT pg_catalog.text := howdah_private.random_digits(6);
    v_token  CONSTANT pg_catalog.text := 'hw_ot_' || howdah_private.random_token(24);
BEGIN
    BEGIN
        PERFORM howdah_private.auth_issue_one_time_token(
            v_id, 'recovery_token', v_nobody, auth_rehearse.redirect_to, purpose => 'recovery');
    EXCEPTION
        WHEN foreign_key_violation THEN
            NULL;
    END;
    PERFORM howdah_private.auth_mark_sent(v_id, 'recovery_token', 'recovery');
    IF pg_catalog.strpos(auth_rehearse.address, '@') > 0 THEN
        PERFORM howdah_private.auth_send_mail(
            v_id, auth_rehearse.purpose, v_nobody, v_code, v_token, auth_rehearse.redirect_to, NULL);
    ELSE
        PERFORM howdah_private.auth_send_sms(
            v_id, auth_rehearse.purpose, v_nobody, v_code, auth_rehearse.channel);
    END IF;
    PERFORM howdah_private.auth_audit('user_recovery_requested', v_id);
    RAISE EXCEPTION USING ERRCODE = 'HW900';
EXCEPTION
    WHEN SQLSTATE 'HW900' THEN
        PERFORM howdah_private.auth_call_courier();
END
$$;
COMMENT ON FUNCTION howdah_private.auth_rehearse(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'The work of a message that is not sent.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_rehearse(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_rehearse(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
