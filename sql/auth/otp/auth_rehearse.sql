-- howdah_private.auth_rehearse: the work of a message that is not sent, so that the time of an answer does not tell whether one
-- was.
--
-- Code, link and message are made for nobody, by the functions that make them for somebody, and undone. What is left out, the
-- writing of two rows that nobody has, takes less than what one request differs from the next by.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    nothing that stays; a hook that sends is asked as for a real message.
CREATE FUNCTION howdah_private.auth_rehearse(
    purpose     pg_catalog.text,
    address     pg_catalog.text,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_nobody CONSTANT pg_catalog.text := howdah_private.auth_make_stand_in(auth_rehearse.address);
    v_code   CONSTANT pg_catalog.text := howdah_private.random_digits(6);
    v_token  CONSTANT pg_catalog.text := 'hw_ot_' || howdah_private.random_token(24);
BEGIN
    BEGIN
        PERFORM howdah_private.auth_issue_one_time_token(
            NULL, 'recovery_token', v_nobody, auth_rehearse.redirect_to, purpose => 'recovery');
    EXCEPTION
        WHEN not_null_violation THEN
            NULL;
    END;
    PERFORM howdah_private.auth_mark_sent(NULL, 'recovery_token', 'recovery');
    IF pg_catalog.strpos(auth_rehearse.address, '@') > 0 THEN
        PERFORM howdah_private.auth_send_mail(
            NULL, auth_rehearse.purpose, v_nobody, v_code, v_token, auth_rehearse.redirect_to, NULL);
    ELSE
        PERFORM howdah_private.auth_send_sms(NULL, auth_rehearse.purpose, v_nobody, v_code);
    END IF;
    PERFORM howdah_private.auth_audit('user_recovery_requested', NULL);
    RAISE EXCEPTION USING ERRCODE = 'HW900';
EXCEPTION
    WHEN SQLSTATE 'HW900' THEN
        NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_rehearse(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'The work of a message that is not sent.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_rehearse(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_rehearse(pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
