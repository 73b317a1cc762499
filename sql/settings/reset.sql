-- howdah.reset: put a setting back to its default.
--
-- Runs as   definer: writes howdah.settings.
-- Writes    one howdah.audit row when there was an override.
-- Returns   whether there was one.
CREATE FUNCTION howdah.reset(key pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.settings AS s WHERE s.key = reset.key;
    RETURN howdah_private.record_removal(FOUND, 'reset', pg_catalog.jsonb_build_object('key', reset.key));
END
$$;
ALTER FUNCTION howdah.reset(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.reset(pg_catalog.text) IS 'Put a setting back to its default.';
REVOKE EXECUTE ON FUNCTION howdah.reset(pg_catalog.text) FROM PUBLIC;
