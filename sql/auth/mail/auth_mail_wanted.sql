-- howdah_private.auth_mail_wanted: is a message of this kind to be sent at all?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   true but for notices whose setting mailer_notifications_..._enabled is off.
CREATE FUNCTION howdah_private.auth_mail_wanted(kind pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN auth_mail_wanted.kind LIKE '%\_notification'
        THEN auth.get('mailer_notifications_'
                      || pg_catalog.regexp_replace(auth_mail_wanted.kind, '_notification$', '') || '_enabled')::pg_catalog.bool
        ELSE true END
$$;
COMMENT ON FUNCTION howdah_private.auth_mail_wanted(pg_catalog.text) IS 'Is a message of this kind to be sent at all?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mail_wanted(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mail_wanted(pg_catalog.text) TO howdah_owner;
