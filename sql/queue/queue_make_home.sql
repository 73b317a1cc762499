-- howdah_private.queue_make_home: partitions of its own, by day, for a queue that is large.
--
-- Runs as   invoker: queue.create, which is howdah_owner.
-- Writes    howdah_archive.queue_<id>, made apart and then attached: that locks nothing against those who send and read.
CREATE FUNCTION howdah_private.queue_make_home(queue pg_catalog.int4, keep interval)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_home pg_catalog.text := pg_catalog.format('howdah_archive.queue_%s', queue_make_home.queue);
BEGIN
    EXECUTE pg_catalog.format(
        'CREATE TABLE %s (LIKE queue.messages INCLUDING DEFAULTS, PRIMARY KEY (queue, id, enqueued_at)) '
        'PARTITION BY RANGE (enqueued_at)', v_home);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', v_home);
    PERFORM howdah_private.keep_partitions(v_home::pg_catalog.regclass, 2, queue_make_home.keep);
    EXECUTE pg_catalog.format('ALTER TABLE queue.messages ATTACH PARTITION %s FOR VALUES IN (%s)', v_home, queue_make_home.queue);
END
$$;
COMMENT ON FUNCTION howdah_private.queue_make_home(pg_catalog.int4, interval)
    IS 'Partitions of its own, by day, for a queue that is large.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_make_home(pg_catalog.int4, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_make_home(pg_catalog.int4, interval) TO howdah_owner;
