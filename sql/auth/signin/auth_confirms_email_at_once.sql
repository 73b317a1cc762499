-- howdah_private.auth_confirms_email_at_once: does a new e-mail address count as confirmed without a mail?
--
-- Only the first one of an anonymous user, which is as a sign-up, and only where sign-ups are confirmed so.
--
-- Runs as   invoker: it reads a setting.
CREATE FUNCTION howdah_private.auth_confirms_email_at_once(is_anonymous pg_catalog.bool)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN auth_confirms_email_at_once.is_anonymous AND auth.get('mailer_autoconfirm')::pg_catalog.bool;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_confirms_email_at_once(pg_catalog.bool)
    IS 'Does a new e-mail address count as confirmed without a mail?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_confirms_email_at_once(pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_confirms_email_at_once(pg_catalog.bool) TO howdah_owner;
