-- howdah_private.version_check: do library, SQL and tables belong together? The gateway asks once a
-- backend and after each change.
--
-- Runs as   definer: reads howdah.migrations.
-- Returns   NULL if they do, else a sentence with the command to run.
CREATE FUNCTION howdah_private.version_check()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_step pg_catalog.int4;
BEGIN
    IF howdah_private.library_version() <> howdah.version() THEN
        RETURN pg_catalog.format(
            'The library is version %s, its SQL %s: run ALTER EXTENSION howdah UPDATE; SELECT howdah.install();',
            howdah_private.library_version(), howdah.version());
    END IF;
    SELECT pg_catalog.max(m.step) INTO v_step FROM howdah.migrations AS m;
    IF v_step IS DISTINCT FROM howdah_private.last_step() THEN
        RETURN pg_catalog.format(
            'The tables are at step %s, the code needs %s: run SELECT howdah.install();',
            COALESCE(v_step, 0), howdah_private.last_step());
    END IF;
    RETURN NULL;
EXCEPTION
    WHEN undefined_table THEN
        RETURN 'The tables are missing: run SELECT howdah.install();';
END
$$;
ALTER FUNCTION howdah_private.version_check() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.version_check()
    IS 'NULL if library, SQL and tables belong together, else what to run.';
REVOKE EXECUTE ON FUNCTION howdah_private.version_check() FROM PUBLIC;
