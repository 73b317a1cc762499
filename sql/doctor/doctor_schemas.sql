-- howdah_private.doctor_schemas: the schemas that REST shows.
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_schemas()
RETURNS SETOF pg_catalog.oid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT n.oid FROM pg_catalog.pg_namespace AS n
        WHERE n.nspname = ANY (
            SELECT pg_catalog.btrim(s.name)
            FROM pg_catalog.unnest(pg_catalog.string_to_array(howdah.get('rest.schemas'), ',')) AS s (name));
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_schemas() IS 'The schemas that REST shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_schemas() FROM PUBLIC;
