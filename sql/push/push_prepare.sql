-- howdah_private.push_prepare: what the courier is to do for one message to one device.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Returns   the request to the device's service; {"refuse"}: cancelled, device_gone, device_retired; {"defer"} in quiet time
--           and while there is no sender for the device's platform and app.
-- Raises    22023 if the sender's row makes no request.
CREATE FUNCTION howdah_private.push_prepare(entry howdah_private.outbox_entry)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry  CONSTANT howdah_private.outbox_entry := push_prepare.entry;
    v_now    CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_said   howdah.push_messages;
    v_device howdah.push_devices;
    v_quiet  pg_catalog.timestamptz;
    v_sender record;
BEGIN
    SELECT d.* INTO v_device FROM howdah.push_devices AS d WHERE d.id = (v_entry.payload ->> 'device')::pg_catalog.uuid;
    SELECT m.* INTO v_said FROM howdah.push_messages AS m WHERE m.id = (v_entry.payload ->> 'message')::pg_catalog.int8;
    IF v_device.id IS NULL OR v_said.id IS NULL THEN
        RETURN '{"refuse": "device_gone"}';
    ELSIF v_said.state = 'cancelled' THEN
        RETURN '{"refuse": "cancelled"}';
    ELSIF v_device.retired_at IS NOT NULL THEN
        RETURN '{"refuse": "device_retired"}';
    END IF;
    IF v_said.message ->> 'priority' IS DISTINCT FROM 'high' THEN
        v_quiet := howdah_private.push_quiet_end(
            COALESCE(v_device.quiet_hours, v_said.quiet_hours), v_device.timezone, v_now);
        IF v_quiet IS NOT NULL THEN
            RETURN pg_catalog.jsonb_build_object('defer', pg_catalog.ceil(EXTRACT(epoch FROM v_quiet - v_now)));
        END IF;
    END IF;
    SELECT p.* INTO v_sender
    FROM howdah_private.sender_pick('push', v_entry.id, v_entry.attempts, v_device.platform, v_device.app) AS p;
    IF NOT FOUND THEN
        RETURN '{"defer": 60}';
    END IF;
    RETURN howdah_private.push_request(
        v_said.message,
        pg_catalog.jsonb_build_object('platform', v_device.platform, 'token', v_device.token, 'p256dh', v_device.p256dh,
                            'auth', v_device.auth),
        v_entry.id::pg_catalog.text,
        pg_catalog.encode(pg_catalog.substr(howdah_private.server_hmac('sender_id', v_entry.id::pg_catalog.text), 1, 16), 'hex')::pg_catalog.uuid::pg_catalog.text,
        pg_catalog.floor(EXTRACT(epoch FROM v_now))::pg_catalog.int8, pg_catalog.floor(EXTRACT(epoch FROM v_said.due_at))::pg_catalog.int8 + v_said.ttl,
        pg_catalog.jsonb_build_object('subject', pg_catalog.substring(auth.get('site_url'), '^https://.*')) || v_sender.settings,
        v_sender.secret)
        || pg_catalog.jsonb_build_object('transport', v_sender.name);
END
$$;
COMMENT ON FUNCTION howdah_private.push_prepare(howdah_private.outbox_entry)
    IS 'What the courier is to do for one message to one device.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_prepare(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_prepare(howdah_private.outbox_entry) TO howdah_owner;
