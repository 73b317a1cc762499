-- howdah_private.push_enqueue: a message to these devices, as rows of the outbox.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    a row for each device that is not retired and of the app and platforms meant; later where it is quiet time on the
--           device's clock, unless the message is urgent; none where the quiet outlasts the message.
-- Returns   how many.
CREATE FUNCTION howdah_private.push_enqueue(message_id pg_catalog.int8, devices pg_catalog.uuid[])
RETURNS pg_catalog.int4
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_said     howdah.push_messages;
    v_at       pg_catalog.timestamptz;
    v_enqueued pg_catalog.int4;
BEGIN
    SELECT m.* INTO STRICT v_said FROM howdah.push_messages AS m WHERE m.id = push_enqueue.message_id;
    v_at := GREATEST(v_said.due_at, pg_catalog.now());
    SELECT pg_catalog.count(howdah_private.outbox_add(
        'push', d.platform || ':' || d.id, pg_catalog.jsonb_build_object('message', v_said.id, 'device', d.id), lane => d.lane,
        user_id => d.user_id, tenant => v_said.tenant, due_at => d.at, expires_at => v_said.expires_at))
    INTO v_enqueued
    FROM (
        SELECT p.id, p.platform, p.lane, p.user_id,
               CASE WHEN v_said.message ->> 'priority' = 'high' THEN v_at
                    ELSE COALESCE(howdah_private.push_quiet_end(
                             COALESCE(p.quiet_hours, v_said.quiet_hours), p.timezone, v_at), v_at) END AS at
        FROM howdah.push_devices AS p
        WHERE p.id = ANY (push_enqueue.devices) AND p.retired_at IS NULL AND p.platform = ANY (v_said.platforms)
          AND (v_said.app IS NULL OR p.app = v_said.app)
    ) AS d
    WHERE d.at < v_said.expires_at;
    UPDATE howdah.push_messages AS m SET enqueued = m.enqueued + v_enqueued WHERE m.id = v_said.id;
    RETURN v_enqueued;
END
$$;
COMMENT ON FUNCTION howdah_private.push_enqueue(pg_catalog.int8, pg_catalog.uuid[])
    IS 'A message to these devices, as rows of the outbox.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_enqueue(pg_catalog.int8, pg_catalog.uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_enqueue(pg_catalog.int8, pg_catalog.uuid[]) TO howdah_owner;
