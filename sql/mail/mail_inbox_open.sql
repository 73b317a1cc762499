-- howdah_private.mail_inbox_open: may whoever asks see the inbox?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   whether mail.inbox is set and this is it. Else the answer is that of a path that is not there.
CREATE FUNCTION howdah_private.mail_inbox_open(
    key pg_catalog.text
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.sha256(pg_catalog.convert_to(mail_inbox_open.key, 'UTF8')) = (
        SELECT pg_catalog.sha256(pg_catalog.convert_to(s.inbox, 'UTF8')) FROM howdah_private.mail_settings() AS s) THEN
        RETURN true;
    END IF;
    PERFORM pg_catalog.set_config('response.status', '404', true);
    RETURN false;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_inbox_open(pg_catalog.text)
    IS 'May whoever asks see the inbox?';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_inbox_open(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_inbox_open(pg_catalog.text) TO howdah_owner;
