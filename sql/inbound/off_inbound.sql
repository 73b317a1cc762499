-- howdah.off_inbound: a path takes no webhooks any more.
--
-- Runs as   definer: writes howdah.inbound_hooks.
-- Writes    takes the row out, and what was known of its deliveries; one howdah.audit row.
-- Returns   false if there is no such hook.
CREATE FUNCTION howdah.off_inbound(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.inbound_hooks AS h WHERE h.name = off_inbound.name;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM howdah.inbound_seen AS s WHERE s.hook = off_inbound.name;
    PERFORM howdah_private.record_audit('off_inbound', pg_catalog.jsonb_build_object('name', off_inbound.name));
    RETURN true;
END
$$;
ALTER FUNCTION howdah.off_inbound(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.off_inbound(pg_catalog.text) IS 'A path takes no webhooks any more.';
REVOKE EXECUTE ON FUNCTION howdah.off_inbound(pg_catalog.text) FROM PUBLIC;
