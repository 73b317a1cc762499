-- howdah.remove_sender: send nothing by this account any more.
--
-- Runs as   definer: writes howdah.senders.
-- Writes    one howdah.audit row. Messages that wait for it wait for another of their kind.
-- Returns   whether there was one.
CREATE FUNCTION howdah.remove_sender(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.senders AS s WHERE s.name = remove_sender.name;
    RETURN howdah_private.record_removal(FOUND, 'remove_sender', pg_catalog.jsonb_build_object('name', remove_sender.name));
END
$$;
ALTER FUNCTION howdah.remove_sender(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.remove_sender(pg_catalog.text)
    IS 'Send nothing by this account any more.';
REVOKE EXECUTE ON FUNCTION howdah.remove_sender(pg_catalog.text) FROM PUBLIC;
