-- howdah_private.queue_tick: what queues need once a minute.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
-- Writes    partitions made and dropped; keys whose time is over go; a sample of each queue, those of the last hour stay. A
--           floor that is above a message is put below it: nothing of ours makes one, but a DBA who changes rows by hand may.
CREATE FUNCTION howdah_private.queue_tick()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue record;
BEGIN
    PERFORM howdah_private.keep_partitions(
        'queue.archived', 2, pg_catalog.make_interval(days => howdah.get('queue.keep_days')::pg_catalog.int4));
    DELETE FROM queue.dedup_keys AS d WHERE d.expires_at <= pg_catalog.now();
    DELETE FROM queue.samples AS s WHERE s.at NOT BETWEEN pg_catalog.now() - interval '1 hour' AND pg_catalog.now();
    FOR v_queue IN SELECT q.id, q.home, q.ids, q.keep FROM queue.queues AS q ORDER BY q.id LOOP
        IF v_queue.home <> 0 THEN
            PERFORM howdah_private.keep_partitions(
                pg_catalog.format('howdah_archive.queue_%s', v_queue.home)::pg_catalog.regclass, 2, v_queue.keep);
        END IF;
        INSERT INTO queue.samples (queue, at, sent, length)
        SELECT v_queue.id, pg_catalog.now(), COALESCE(pg_catalog.pg_sequence_last_value(v_queue.ids), 0), pg_catalog.count(*)
        FROM queue.messages AS m WHERE m.home = v_queue.home AND m.queue = v_queue.id
        ON CONFLICT DO NOTHING;
        UPDATE queue.floors AS f SET vt = l.vt
        FROM (SELECT pg_catalog.min(m.vt) AS vt FROM queue.messages AS m
              WHERE m.home = v_queue.home AND m.queue = v_queue.id AND m.group_key IS NULL) AS l
        WHERE f.queue = v_queue.id AND l.vt < f.vt;
    END LOOP;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_tick() IS 'What queues need once a minute.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_tick() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_tick() TO howdah_owner;
