-- howdah.unroute: take back howdah.route.
--
-- Runs as   definer: writes howdah.routes.
-- Writes    one howdah.audit row when there was such a route.
-- Returns   whether there was; parameters may have other names. Built-in routes stay: REVOKE EXECUTE on their functions closes them.
CREATE FUNCTION howdah.unroute(method pg_catalog.text, pattern pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.routes AS r
    WHERE r.method = unroute.method AND NOT r.builtin
      AND r.shape = howdah_private.route_check(unroute.method, unroute.pattern);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.record_audit('unroute', pg_catalog.jsonb_build_object(
        'method', unroute.method, 'pattern', unroute.pattern));
    RETURN true;
END
$$;
ALTER FUNCTION howdah.unroute(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.unroute(pg_catalog.text, pg_catalog.text) IS 'Take back howdah.route.';
REVOKE EXECUTE ON FUNCTION howdah.unroute(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
