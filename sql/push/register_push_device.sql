-- howdah.register_push_device: let the signed-in user's messages come to this device (POST /push/v1/devices).
--
-- An app calls it whenever it starts: what is there already is brought up to date.
--
-- Runs as   definer: writes howdah.push_devices, which no API role may see; only for who is signed in, as himself.
-- Takes     platform: web with subscription (PushSubscription.toJSON()), fcm or apns with token. app: which of several apps,
--           as the sender's settings.app names it. timezone: IANA; quiet_hours: like 22:00-07:00; "": none, whatever the
--           message says.
-- Writes    the row. A device that another user had registered is his no more, nor what waits for it. Beyond
--           push.devices_per_user those that were not seen for longest are forgotten.
-- Returns   200 the device; 400 validation_failed; 409 conflict; what auth_caller and the limits refuse.
CREATE FUNCTION howdah.register_push_device(
    platform     pg_catalog.text  DEFAULT NULL,
    token        pg_catalog.text  DEFAULT NULL,
    subscription pg_catalog.jsonb DEFAULT NULL,
    app          pg_catalog.text  DEFAULT NULL,
    locale       pg_catalog.text  DEFAULT NULL,
    timezone     pg_catalog.text  DEFAULT NULL,
    quiet_hours  pg_catalog.text  DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.push_caller();
    v_app    CONSTANT pg_catalog.text := COALESCE(register_push_device.app, '');
    v_device record;
    v_hash   pg_catalog.bytea;
    v_id     pg_catalog.uuid;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT r.* INTO v_device FROM howdah_private.push_read_device(
        register_push_device.platform, register_push_device.token, register_push_device.subscription,
        howdah.get('push.web_services'), pg_catalog.regexp_split_to_array(pg_catalog.lower(howdah.get('courier.allowed_hosts')), '[\s,]+')) AS r;
    v_device.problem := COALESCE(v_device.problem, CASE
        WHEN v_app !~ '^[A-Za-z0-9._:-]{0,200}$' THEN 'app must be at most 200 letters, digits and . _ : -'
        WHEN register_push_device.locale !~ '^[A-Za-z0-9_-]{2,35}$' THEN 'locale must be a language tag'
        WHEN NOT howdah_private.push_check_hours(register_push_device.quiet_hours) THEN 'quiet_hours must be like 22:00-07:00'
        WHEN NOT howdah_private.push_is_timezone(register_push_device.timezone) THEN 'timezone must be a name like Europe/Rome'
        END);
    IF v_device.problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', v_device.problem);
    END IF;
    v_hash := pg_catalog.sha256(pg_catalog.convert_to(v_device.token, 'UTF8'));
    -- With it go its subscriptions and, as its id does, the messages that wait for it.
    DELETE FROM howdah.push_devices AS d
    WHERE d.platform = register_push_device.platform AND d.app = v_app AND d.token_hash = v_hash
      AND d.user_id <> v_caller.user_id;
    INSERT INTO howdah.push_devices AS d
        (user_id, session_id, platform, app, token, token_hash, p256dh, auth, lane, locale, timezone, quiet_hours)
    VALUES (v_caller.user_id, v_caller.session_id, register_push_device.platform, v_app, v_device.token, v_hash,
            v_device.p256dh, v_device.auth, v_device.lane, register_push_device.locale, register_push_device.timezone,
            register_push_device.quiet_hours)
    ON CONFLICT ON CONSTRAINT push_devices_token_key DO UPDATE
    SET session_id = COALESCE(excluded.session_id, d.session_id), p256dh = excluded.p256dh, auth = excluded.auth,
        lane = excluded.lane, locale = excluded.locale, timezone = excluded.timezone, quiet_hours = excluded.quiet_hours,
        seen_at = pg_catalog.now(), retired_at = NULL, retired_reason = NULL
    WHERE d.user_id = excluded.user_id
    RETURNING d.id INTO v_id;
    IF NOT FOUND THEN
        -- Another user has registered it at the same moment.
        RETURN howdah_private.auth_refuse('conflict');
    END IF;
    DELETE FROM howdah.push_devices AS d
    WHERE d.id IN (SELECT o.id FROM howdah.push_devices AS o
                   WHERE o.user_id = v_caller.user_id AND o.id <> v_id
                   ORDER BY o.retired_at IS NULL DESC, o.seen_at DESC, o.id
                   OFFSET howdah.get('push.devices_per_user')::pg_catalog.int4 - 1);
    RETURN howdah_private.auth_reply(howdah_private.push_device_json(v_id), 200, '{"Cache-Control": "no-store"}');
END
$$;
ALTER FUNCTION howdah.register_push_device(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.register_push_device(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Let the signed-in user''s messages come to this device.';
REVOKE EXECUTE ON FUNCTION howdah.register_push_device(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.register_push_device(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
