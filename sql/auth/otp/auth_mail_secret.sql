-- howdah_private.auth_mail_secret: make a code and a link for a purpose and mail them.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the secret's row, the user's …_sent_at, the mail.
-- Takes     kind: which mail, if not the purpose's own; purpose email_change: place says which half.
CREATE FUNCTION howdah_private.auth_mail_secret(
    user_id       pg_catalog.uuid,
    purpose       pg_catalog.text,
    recipient     pg_catalog.text,
    redirect_to   pg_catalog.text DEFAULT NULL,
    flow_state_id pg_catalog.uuid DEFAULT NULL,
    kind          pg_catalog.text DEFAULT NULL,
    place         auth.one_time_token_type DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_place  auth.one_time_token_type := COALESCE(auth_mail_secret.place,
        CASE auth_mail_secret.purpose
            WHEN 'signup' THEN 'confirmation_token'
            WHEN 'invite' THEN 'confirmation_token'
            WHEN 'reauthentication' THEN 'reauthentication_token'
            ELSE 'recovery_token' END::auth.one_time_token_type);
    v_secret record;
BEGIN
    v_secret := howdah_private.auth_issue_one_time_token(
        auth_mail_secret.user_id, v_place, auth_mail_secret.recipient, auth_mail_secret.redirect_to,
        auth_mail_secret.flow_state_id, auth_mail_secret.purpose);
    PERFORM howdah_private.auth_mark_sent(auth_mail_secret.user_id, v_place, auth_mail_secret.purpose);
    PERFORM howdah_private.auth_send_mail(
        auth_mail_secret.user_id, COALESCE(auth_mail_secret.kind, auth_mail_secret.purpose),
        auth_mail_secret.recipient, v_secret.code, v_secret.token, auth_mail_secret.redirect_to, NULL);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mail_secret(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text,
    auth.one_time_token_type) IS 'Make a code and a link for a purpose and mail them.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mail_secret(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text,
    auth.one_time_token_type) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mail_secret(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text,
    auth.one_time_token_type) TO howdah_owner;
