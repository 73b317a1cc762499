-- howdah.drop_email_transport: a way for mails to leave goes; what waits takes another.
--
-- Runs as   definer: writes the transports.
-- Writes    one howdah.audit row when there was one.
-- Returns   whether there was one.
CREATE FUNCTION howdah.drop_email_transport(
    name pg_catalog.text
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.email_transports AS t WHERE t.name = drop_email_transport.name;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.record_audit(
        'drop_email_transport', pg_catalog.jsonb_build_object('name', drop_email_transport.name));
    RETURN true;
END
$$;
ALTER FUNCTION howdah.drop_email_transport(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.drop_email_transport(pg_catalog.text)
    IS 'A way for mails to leave goes.';
REVOKE EXECUTE ON FUNCTION howdah.drop_email_transport(pg_catalog.text) FROM PUBLIC;
