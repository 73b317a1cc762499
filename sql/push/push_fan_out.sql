-- howdah_private.push_fan_out: one step of one message to a topic: its next devices go into the outbox.
--
-- First the devices that subscribe, by id, then those of users that do, by user and device; one that is both, once. Messages
-- take turns. Where the courier is behind, a message waits, so that the outbox does not fill.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
-- Writes    at most push.fan_out_step rows of the outbox, and how far the message is.
CREATE FUNCTION howdah_private.push_fan_out()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_step    CONSTANT pg_catalog.int4 := howdah.get('push.fan_out_step');
    v_said    howdah.push_messages;
    v_users   pg_catalog.uuid[];
    v_devices pg_catalog.uuid[];
    v_last    pg_catalog.int4;
BEGIN
    SELECT m.* INTO v_said FROM howdah.push_messages AS m
    WHERE m.state IN ('due', 'running') AND m.due_at <= pg_catalog.now()
      AND 2 * v_step > (SELECT pg_catalog.count(*) FROM (
            SELECT 1 FROM howdah.outbox_entries AS o
            WHERE o.state = 'due' AND o.kind = 'push' AND o.tenant = m.tenant AND o.due_at <= pg_catalog.now()
            LIMIT 2 * v_step) AS w)
    ORDER BY m.stepped_at NULLS FIRST, m.id LIMIT 1
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF v_said.by_user THEN
        SELECT pg_catalog.array_agg(n.user_id ORDER BY n.user_id, n.id), pg_catalog.array_agg(n.id ORDER BY n.user_id, n.id)
        INTO v_users, v_devices
        FROM (SELECT d.user_id, d.id
              FROM howdah.push_topic_users AS t JOIN howdah.push_devices AS d ON d.user_id = t.user_id
              WHERE t.topic = v_said.topic
                AND (v_said.after_user IS NULL OR t.user_id >= v_said.after_user
                     AND (d.user_id, d.id) > (v_said.after_user, v_said.after_device))
              ORDER BY d.user_id, d.id LIMIT v_step) AS n;
    ELSE
        SELECT pg_catalog.array_agg(n.device_id ORDER BY n.device_id) INTO v_devices
        FROM (SELECT t.device_id FROM howdah.push_topic_devices AS t
              WHERE t.topic = v_said.topic AND (v_said.after_device IS NULL OR t.device_id > v_said.after_device)
              ORDER BY t.device_id LIMIT v_step) AS n;
    END IF;
    v_last := COALESCE(pg_catalog.cardinality(v_devices), 0);
    UPDATE howdah.push_messages AS m
    SET state = CASE WHEN v_last < v_step AND m.by_user OR m.expires_at <= pg_catalog.now() THEN 'done' ELSE 'running' END,
        finished_at = CASE WHEN v_last < v_step AND m.by_user OR m.expires_at <= pg_catalog.now() THEN pg_catalog.now() END,
        by_user = m.by_user OR v_last < v_step,
        after_user = CASE WHEN m.by_user THEN v_users[v_last] END,
        after_device = CASE WHEN m.by_user OR v_last = v_step THEN v_devices[v_last] END,
        steps = m.steps + 1, stepped_at = pg_catalog.clock_timestamp()
    WHERE m.id = v_said.id;
    IF v_said.by_user THEN
        v_devices := ARRAY(
            SELECT d.id FROM pg_catalog.unnest(v_devices) AS d (id)
            WHERE NOT EXISTS (SELECT 1 FROM howdah.push_topic_devices AS t
                              WHERE t.topic = v_said.topic AND t.device_id = d.id));
    END IF;
    PERFORM howdah_private.push_enqueue(v_said.id, v_devices);
END
$$;
COMMENT ON FUNCTION howdah_private.push_fan_out()
    IS 'One step of one message to a topic.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_fan_out() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_fan_out() TO howdah_owner;
