-- howdah_private.tick_task: one regular task by its name.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
CREATE FUNCTION howdah_private.tick_task(name pg_catalog.text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_keep CONSTANT interval := pg_catalog.make_interval(days => howdah.get('outbox.keep_days')::pg_catalog.int4);
BEGIN
    CASE tick_task.name
        WHEN 'outbox_partitions' THEN
            PERFORM howdah_private.keep_partitions('howdah.outbox_history', 2, v_keep);
            PERFORM howdah_private.keep_partitions('howdah.delivery_attempts', 2, v_keep);
        WHEN 'inbound' THEN
            PERFORM howdah_private.inbound_forget();
        WHEN 'lanes' THEN
            DELETE FROM howdah.lanes AS l WHERE l.failed_at < pg_catalog.now() - interval '1 day';
        WHEN 'push_fan_out' THEN
            PERFORM howdah_private.push_fan_out();
        WHEN 'push_sweep' THEN
            PERFORM howdah_private.push_sweep();
        WHEN 'queues' THEN
            PERFORM howdah_private.queue_tick();
        WHEN 'jobs' THEN
            PERFORM howdah_private.job_sweep();
        WHEN 'schedules' THEN
            PERFORM howdah_private.job_tick();
        WHEN 'mail' THEN
            PERFORM howdah_private.mail_sweep();
    END CASE;
END
$$;
COMMENT ON FUNCTION howdah_private.tick_task(pg_catalog.text)
    IS 'One regular task by its name.';
REVOKE EXECUTE ON FUNCTION howdah_private.tick_task(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.tick_task(pg_catalog.text) TO howdah_owner;
