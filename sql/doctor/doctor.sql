-- howdah.doctor: what is missing or unsafe in this database, each finding with the statement that repairs it.
--
-- Howdah's command `howdah doctor` shows it; `SELECT * FROM howdah.doctor` does as well. It reads only. Who is to look needs
-- the rights of a superuser, or SELECT on the view, EXECUTE on the functions howdah_private.doctor*, membership in howdah_owner
-- (settings, couriers) and in pg_read_all_settings with EXECUTE on pg_hba_file_rules().
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.doctor()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem pg_catalog.text := howdah_private.version_check();
BEGIN
    RETURN QUERY SELECT f.* FROM howdah_private.doctor_versions() AS f;
    -- The others look into tables that may not be there.
    IF v_problem IS NOT NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT f.* FROM (
            SELECT r.* FROM howdah_private.doctor_roles() AS r
            UNION ALL SELECT r.* FROM howdah_private.doctor_rows() AS r
            UNION ALL SELECT r.* FROM howdah_private.doctor_functions() AS r
            UNION ALL SELECT r.* FROM howdah_private.doctor_settings() AS r
            UNION ALL SELECT r.* FROM howdah_private.doctor_server() AS r
            UNION ALL SELECT r.* FROM howdah_private.doctor_courier() AS r
            UNION ALL SELECT r.* FROM howdah_private.doctor_indexes() AS r) AS f
        ORDER BY f.level, f."check", f.finding;
END
$$;
COMMENT ON FUNCTION howdah_private.doctor() IS 'What howdah.doctor shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor() FROM PUBLIC;

CREATE VIEW howdah.doctor WITH (security_barrier) AS
    SELECT f."check", f.level, f.finding, f.repair FROM howdah_private.doctor() AS f;
COMMENT ON VIEW howdah.doctor IS
    'What is missing or unsafe in this database: check, level (error or warning), finding, and the statement that repairs it.';
