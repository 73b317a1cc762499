-- howdah_private.auth_mail_email_change: ask for the confirmation of a change of e-mail address, from both
-- addresses if the setting says so and there is a former one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner. users.email_change is set already.
-- Writes    both secrets (and so forgets a half that was proven), the mails, email_change_sent_at.
CREATE FUNCTION howdah_private.auth_mail_email_change(
    user_id       pg_catalog.uuid,
    redirect_to   pg_catalog.text DEFAULT NULL,
    flow_state_id pg_catalog.uuid DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user record;
BEGIN
    SELECT u.email, u.email_change INTO v_user FROM auth.users AS u WHERE u.id = auth_mail_email_change.user_id;
    IF auth.get('mailer_secure_email_change_enabled')::pg_catalog.bool AND COALESCE(v_user.email, '') <> '' THEN
        PERFORM howdah_private.auth_mail_secret(
            auth_mail_email_change.user_id, 'email_change', v_user.email, auth_mail_email_change.redirect_to,
            auth_mail_email_change.flow_state_id, place => 'email_change_token_current');
    ELSE
        DELETE FROM auth.one_time_tokens AS t
        WHERE t.user_id = auth_mail_email_change.user_id AND t.token_type = 'email_change_token_current';
    END IF;
    PERFORM howdah_private.auth_mail_secret(
        auth_mail_email_change.user_id, 'email_change', v_user.email_change, auth_mail_email_change.redirect_to,
        auth_mail_email_change.flow_state_id, place => 'email_change_token_new');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mail_email_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid)
    IS 'Ask for the confirmation of a change of e-mail address.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mail_email_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mail_email_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid)
    TO howdah_owner;
