-- howdah_private.auth_notify: tell a user by mail what changed about how he signs in (ASVS 6.3.5, 6.3.7), if he has shown an address to be his.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     kind: password_changed, phone_changed, identity_linked …; data: what the mail may tell of it.
-- Writes    as howdah_private.auth_send_mail: nothing where the setting mailer_notifications_…_enabled is off.
CREATE FUNCTION howdah_private.auth_notify(
    user_id pg_catalog.uuid, kind pg_catalog.text, data pg_catalog.jsonb DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.auth_send_mail(
        auth_notify.user_id, auth_notify.kind, u.email, NULL, NULL, NULL, auth_notify.data)
    FROM auth.users AS u
    WHERE u.id = auth_notify.user_id AND u.email_confirmed_at IS NOT NULL AND u.email <> '';
END
$$;
COMMENT ON FUNCTION howdah_private.auth_notify(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb)
    IS 'Tell a user by mail what changed about how he signs in.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_notify(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_notify(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
