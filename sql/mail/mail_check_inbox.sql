-- howdah_private.mail_check_inbox: may whoever asks see the inbox?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    what a path that is not there answers, unless mail.inbox is set and this is it.
CREATE FUNCTION howdah_private.mail_check_inbox(
    key pg_catalog.text
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.sha256(pg_catalog.convert_to(mail_check_inbox.key, 'UTF8')) = (
        SELECT pg_catalog.sha256(pg_catalog.convert_to(s.inbox, 'UTF8')) FROM howdah_private.mail_settings() AS s) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION SQLSTATE 'PGRST' USING
        MESSAGE = (SELECT e.body FROM howdah_private.api_error('HW404', NULL, NULL) AS e),
        DETAIL = '{"status": 404, "headers": {}}';
END
$$;
COMMENT ON FUNCTION howdah_private.mail_check_inbox(pg_catalog.text)
    IS 'May whoever asks see the inbox?';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_check_inbox(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_check_inbox(pg_catalog.text) TO howdah_owner;
