-- howdah.allow_email: mails to an address again, which bounced, complained or unsubscribed; with a list, those of that list.
--
-- Runs as   definer: writes the suppressions.
-- Returns   whether it was suppressed.
CREATE FUNCTION howdah.allow_email(
    address pg_catalog.text,
    list pg_catalog.text DEFAULT ''
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.email_suppressions AS s
    WHERE s.address = howdah_private.auth_normalize_email(allow_email.address) AND s.list = COALESCE(allow_email.list, '');
    RETURN FOUND;
END
$$;
ALTER FUNCTION howdah.allow_email(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.allow_email(pg_catalog.text, pg_catalog.text)
    IS 'Mails to an address again.';
REVOKE EXECUTE ON FUNCTION howdah.allow_email(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.allow_email(pg_catalog.text, pg_catalog.text) TO service_role;
