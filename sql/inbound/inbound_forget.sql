-- howdah_private.inbound_forget: deliveries that need not be known any more.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
CREATE FUNCTION howdah_private.inbound_forget()
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM howdah.inbound_seen AS s
    WHERE (s.hook, s.id) IN (
        SELECT o.hook, o.id FROM howdah.inbound_seen AS o WHERE o.until < pg_catalog.now() ORDER BY o.until LIMIT 10000)
$$;
COMMENT ON FUNCTION howdah_private.inbound_forget() IS 'Deliveries that need not be known any more.';
REVOKE EXECUTE ON FUNCTION howdah_private.inbound_forget() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.inbound_forget() TO howdah_owner;
