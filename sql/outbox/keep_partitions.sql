-- howdah_private.keep_partitions: partitions by day of a table: those of the coming days are made, old ones dropped whole.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner; howdah.install().
-- Takes     parent: partitioned by range of a timestamptz; days_ahead; keep: how long rows are kept (NULL: for ever).
-- Writes    howdah_archive.<parent>_<day>, days of UTC, and <parent>_default, which takes what comes while nobody ticks.
--           A partition is made apart and then attached: that locks nothing against those who read and write. One is
--           dropped when nobody holds it for 200 ms; else another time.
CREATE FUNCTION howdah_private.keep_partitions(
    parent pg_catalog.regclass, days_ahead pg_catalog.int4, keep interval
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
SET timezone = 'UTC'
AS $$
DECLARE
    v_name    CONSTANT pg_catalog.text := (SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.oid = keep_partitions.parent);
    v_column  CONSTANT pg_catalog.text := pg_catalog.split_part(pg_catalog.split_part(
        pg_catalog.pg_get_partkeydef(keep_partitions.parent), '(', 2), ')', 1);
    v_default CONSTANT pg_catalog.text := pg_catalog.format('howdah_archive.%I', v_name || '_default');
    v_day     pg_catalog.date;
    v_part    pg_catalog.text;
    v_old     record;
BEGIN
    IF pg_catalog.to_regclass(v_default) IS NULL THEN
        EXECUTE pg_catalog.format('CREATE TABLE %s PARTITION OF %s DEFAULT', v_default, keep_partitions.parent);
        EXECUTE pg_catalog.format('ALTER TABLE %s OWNER TO howdah_owner', v_default);
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', v_default);
    END IF;
    FOR v_day IN
        SELECT d::pg_catalog.date
        FROM pg_catalog.generate_series(CURRENT_DATE, CURRENT_DATE + keep_partitions.days_ahead, interval '1 day') AS d
    LOOP
        v_part := pg_catalog.format('howdah_archive.%I', v_name || '_' || pg_catalog.to_char(v_day, 'YYYYMMDD'));
        CONTINUE WHEN pg_catalog.to_regclass(v_part) IS NOT NULL;
        EXECUTE pg_catalog.format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_part, keep_partitions.parent);
        EXECUTE pg_catalog.format('ALTER TABLE %s OWNER TO howdah_owner', v_part);
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', v_part);
        EXECUTE pg_catalog.format(
            'WITH moved AS (DELETE FROM ONLY %s WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %s SELECT * FROM moved',
            v_default, v_column, v_day, v_column, v_day + 1, v_part);
        EXECUTE pg_catalog.format(
            'ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
            keep_partitions.parent, v_part, v_day, v_day + 1);
    END LOOP;
    FOR v_old IN
        SELECT c.oid::pg_catalog.regclass AS part
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = keep_partitions.parent AND c.relname ~ '_[0-9]{8}$'
          AND pg_catalog.to_date(pg_catalog."right"(c.relname, 8), 'YYYYMMDD') + 1 < pg_catalog.now() - keep_partitions.keep
        ORDER BY c.relname
    LOOP
        EXECUTE pg_catalog.format('DROP TABLE %s', v_old.part);
    END LOOP;
    IF keep_partitions.keep IS NOT NULL THEN
        EXECUTE pg_catalog.format('DELETE FROM ONLY %s WHERE %I < now() - %L::interval', v_default, v_column, keep_partitions.keep);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.keep_partitions(pg_catalog.regclass, pg_catalog.int4, interval)
    IS 'Partitions by day of a table: made ahead, dropped by age.';
REVOKE EXECUTE ON FUNCTION howdah_private.keep_partitions(pg_catalog.regclass, pg_catalog.int4, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.keep_partitions(pg_catalog.regclass, pg_catalog.int4, interval) TO howdah_owner;
