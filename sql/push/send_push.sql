-- howdah.send_push: a push message to a user's devices, to one device, or to all that subscribe to a topic.
--
-- Runs as   definer: writes what was said, and the outbox.
-- Takes     one of user_id, device_id, topic. Without title and body it is silent: it wakes the app with its data, or sets the
--           badge. ttl: seconds after due_at in which it is worth something, at most four weeks; 0: now or never. priority:
--           low, normal, high (high also in quiet time). collapse_key: a later one of the same key takes its place.
--           quiet_hours: like 22:00-07:00 on each device's clock, else the setting push.quiet_hours; the user's own come first.
--           app, platforms: only these. options: {"web", "apns", "android": what is merged into the platform's document}.
-- Writes    a row of howdah.push_messages; the outbox's rows of a user or device at once, those of a topic in steps
--           (howdah.tick), so that no transaction holds many.
-- Returns   the message's id: howdah.push_messages_all shows how far it is, howdah.cancel_push stops it.
-- Raises    22023 for what no service would take, too large a message among it (Web Push: 3,993 bytes of JSON).
CREATE FUNCTION howdah.send_push(
    title        pg_catalog.text        DEFAULT NULL,
    body         pg_catalog.text        DEFAULT NULL,
    data         pg_catalog.jsonb       DEFAULT NULL,
    user_id      pg_catalog.uuid        DEFAULT NULL,
    device_id    pg_catalog.uuid        DEFAULT NULL,
    topic        pg_catalog.text        DEFAULT NULL,
    image        pg_catalog.text        DEFAULT NULL,
    click_url    pg_catalog.text        DEFAULT NULL,
    sound        pg_catalog.text        DEFAULT NULL,
    badge        pg_catalog.int4        DEFAULT NULL,
    collapse_key pg_catalog.text        DEFAULT NULL,
    priority     pg_catalog.text        DEFAULT 'normal',
    ttl          pg_catalog.int4        DEFAULT 2419200,
    due_at       pg_catalog.timestamptz DEFAULT pg_catalog.now(),
    quiet_hours  pg_catalog.text        DEFAULT NULL,
    app          pg_catalog.text        DEFAULT NULL,
    platforms    pg_catalog.text[]      DEFAULT '{web,fcm,apns}',
    options      pg_catalog.jsonb       DEFAULT '{}',
    tenant       pg_catalog.text        DEFAULT NULL
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_message pg_catalog.jsonb := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'title', send_push.title, 'body', send_push.body, 'image', send_push.image, 'click_url', send_push.click_url,
        'sound', send_push.sound, 'badge', send_push.badge, 'collapse_key', send_push.collapse_key,
        'priority', send_push.priority)) || COALESCE(send_push.options, '{}');
    v_hours   CONSTANT pg_catalog.text := COALESCE(send_push.quiet_hours, howdah.get('push.quiet_hours'));
    v_due     CONSTANT pg_catalog.timestamptz := COALESCE(send_push.due_at, pg_catalog.now());
    v_ttl     CONSTANT pg_catalog.int4 := COALESCE(send_push.ttl, 2419200);
    v_id      pg_catalog.int8;
BEGIN
    IF pg_catalog.num_nonnulls(send_push.user_id, send_push.device_id, send_push.topic) <> 1 THEN
        RAISE EXCEPTION 'name one of user_id, device_id and topic' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT COALESCE(send_push.options, '{}') <@ '{}' AND EXISTS (
        SELECT 1 FROM pg_catalog.jsonb_object_keys(send_push.options) AS o (key) WHERE o.key NOT IN ('web', 'apns', 'android')) THEN
        RAISE EXCEPTION 'options: web, apns, android' USING ERRCODE = 'invalid_parameter_value';
    ELSIF v_ttl NOT BETWEEN 0 AND 2419200 THEN
        RAISE EXCEPTION 'ttl: 0 to 2419200 seconds' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT howdah_private.push_check_hours(v_hours) THEN
        RAISE EXCEPTION 'quiet_hours: like 22:00-07:00' USING ERRCODE = 'invalid_parameter_value';
    ELSIF send_push.topic IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM howdah.push_topics AS t WHERE t.name = send_push.topic) THEN
        RAISE EXCEPTION 'there is no topic "%"', send_push.topic
            USING ERRCODE = 'invalid_parameter_value', HINT = 'howdah.set_push_topic makes one.';
    END IF;
    IF send_push.data IS NOT NULL THEN
        v_message := v_message || pg_catalog.jsonb_build_object('data', send_push.data);
    END IF;
    PERFORM howdah_private.push_check_message(v_message, send_push.platforms);
    INSERT INTO howdah.push_messages AS m
        (user_id, topic, message, quiet_hours, app, platforms, tenant, state, cause, due_at, ttl, expires_at, finished_at)
    VALUES (COALESCE(send_push.user_id, (SELECT d.user_id FROM howdah.push_devices AS d WHERE d.id = send_push.device_id)),
            send_push.topic, v_message, v_hours, send_push.app, send_push.platforms, COALESCE(send_push.tenant, ''),
            CASE WHEN send_push.topic IS NULL THEN 'done' ELSE 'due' END, howdah_private.request_id(), v_due, v_ttl,
            -- What is worth nothing later has a minute to leave in.
            v_due + pg_catalog.make_interval(secs => GREATEST(v_ttl, 60)), CASE WHEN send_push.topic IS NULL THEN pg_catalog.now() END)
    RETURNING m.id INTO v_id;
    IF send_push.topic IS NOT NULL THEN
        -- Unless he says otherwise each has a place of its own in the outbox: others' messages do not wait behind it.
        UPDATE howdah.push_messages AS m
        SET tenant = COALESCE(send_push.tenant, 'push:' || v_id)
        WHERE m.id = v_id;
        RETURN v_id;
    END IF;
    PERFORM howdah_private.push_enqueue(v_id, ARRAY(
        SELECT d.id FROM howdah.push_devices AS d
        WHERE d.id = send_push.device_id OR d.user_id = send_push.user_id));
    RETURN v_id;
END
$$;
ALTER FUNCTION howdah.send_push(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.send_push(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text)
    IS 'A push message to a user, a device or a topic.';
REVOKE EXECUTE ON FUNCTION howdah.send_push(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.send_push(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text) TO service_role;
