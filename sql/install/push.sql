-- howdah_private.install_push: devices, topics, and what is said to them.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_push()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.push_devices (
        id             pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT push_devices_pkey PRIMARY KEY,
        user_id        pg_catalog.uuid NOT NULL
                       CONSTRAINT push_devices_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        session_id     pg_catalog.uuid
                       CONSTRAINT push_devices_session_id_fkey REFERENCES auth.sessions (id) ON DELETE SET NULL,
        platform       pg_catalog.text NOT NULL
                       CONSTRAINT push_devices_platform_check CHECK (platform IN ('web', 'fcm', 'apns')),
        app            pg_catalog.text NOT NULL DEFAULT '',
        token          pg_catalog.text NOT NULL,
        token_hash     pg_catalog.bytea NOT NULL,
        p256dh         pg_catalog.text,
        auth           pg_catalog.text,
        lane           pg_catalog.text NOT NULL,
        locale         pg_catalog.text,
        timezone       pg_catalog.text,
        quiet_hours    pg_catalog.text,
        created_at     pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        seen_at        pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        retired_at     pg_catalog.timestamptz,
        retired_reason pg_catalog.text,
        CONSTRAINT push_devices_token_key UNIQUE (platform, app, token_hash),
        CONSTRAINT push_devices_keys_check
            CHECK ((platform = 'web') = (p256dh IS NOT NULL AND auth IS NOT NULL)),
        CONSTRAINT push_devices_retired_check CHECK ((retired_at IS NULL) = (retired_reason IS NULL))
    );
    CREATE INDEX push_devices_user_id_idx ON howdah.push_devices (user_id, id);
    CREATE INDEX push_devices_session_id_idx ON howdah.push_devices (session_id) WHERE session_id IS NOT NULL;
    CREATE INDEX push_devices_retired_at_idx ON howdah.push_devices (retired_at) WHERE retired_at IS NOT NULL;
    CREATE TRIGGER push_signed_out BEFORE UPDATE OF session_id ON howdah.push_devices
        FOR EACH ROW WHEN (OLD.session_id IS NOT NULL AND NEW.session_id IS NULL)
        EXECUTE FUNCTION howdah_private.push_signed_out();
    COMMENT ON TABLE howdah.push_devices IS 'Where push messages of users go: apps register them (/push/v1/devices).';
    COMMENT ON COLUMN howdah.push_devices.token IS 'The endpoint of a browser''s subscription; the token that Firebase or Apple gave the app.';
    COMMENT ON COLUMN howdah.push_devices.token_hash IS 'SHA-256 of the token: one that is registered again is the same device.';
    COMMENT ON COLUMN howdah.push_devices.lane IS 'What limits and the circuit breaker count by: the service.';
    COMMENT ON COLUMN howdah.push_devices.session_id IS 'Of the sign-in: with its end the device is retired (push.retire_on_sign_out).';
    COMMENT ON COLUMN howdah.push_devices.quiet_hours IS 'The user''s own, like 22:00-07:00, in the time zone of the device.';
    COMMENT ON COLUMN howdah.push_devices.retired_at IS 'Nothing is sent to it any more, until it is registered again.';

    CREATE TABLE howdah.push_topics (
        name        pg_catalog.text CONSTRAINT push_topics_pkey PRIMARY KEY
                    CONSTRAINT push_topics_name_check CHECK (name OPERATOR(pg_catalog.~) '^[A-Za-z0-9_.:-]{1,100}$'),
        description pg_catalog.text,
        open        pg_catalog.bool NOT NULL DEFAULT false,
        created_at  pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.push_topics IS 'What devices and users subscribe to: howdah.set_push_topic, howdah.remove_push_topic.';
    COMMENT ON COLUMN howdah.push_topics.open IS 'Whether users may subscribe themselves.';

    CREATE TABLE howdah.push_topic_devices (
        topic     pg_catalog.text NOT NULL
                  CONSTRAINT push_topic_devices_topic_fkey REFERENCES howdah.push_topics (name) ON DELETE CASCADE,
        device_id pg_catalog.uuid NOT NULL
                  CONSTRAINT push_topic_devices_device_id_fkey REFERENCES howdah.push_devices (id) ON DELETE CASCADE,
        CONSTRAINT push_topic_devices_pkey PRIMARY KEY (topic, device_id)
    );
    CREATE INDEX push_topic_devices_device_id_idx ON howdah.push_topic_devices (device_id);
    COMMENT ON TABLE howdah.push_topic_devices IS 'Single devices that subscribe to a topic.';

    CREATE TABLE howdah.push_topic_users (
        topic   pg_catalog.text NOT NULL
                CONSTRAINT push_topic_users_topic_fkey REFERENCES howdah.push_topics (name) ON DELETE CASCADE,
        user_id pg_catalog.uuid NOT NULL
                CONSTRAINT push_topic_users_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        CONSTRAINT push_topic_users_pkey PRIMARY KEY (topic, user_id)
    );
    CREATE INDEX push_topic_users_user_id_idx ON howdah.push_topic_users (user_id);
    COMMENT ON TABLE howdah.push_topic_users IS 'Users that subscribe to a topic, with all their devices.';

    CREATE TABLE howdah.push_messages (
        id           pg_catalog.int8 GENERATED ALWAYS AS IDENTITY CONSTRAINT push_messages_pkey PRIMARY KEY,
        user_id      pg_catalog.uuid
                     CONSTRAINT push_messages_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        topic        pg_catalog.text,
        message      pg_catalog.jsonb NOT NULL,
        quiet_hours  pg_catalog.text NOT NULL DEFAULT '',
        app          pg_catalog.text,
        platforms    pg_catalog.text[] NOT NULL,
        tenant       pg_catalog.text NOT NULL,
        state        pg_catalog.text NOT NULL
                     CONSTRAINT push_messages_state_check CHECK (state IN ('due', 'running', 'done', 'cancelled')),
        enqueued     pg_catalog.int8 NOT NULL DEFAULT 0,
        steps        pg_catalog.int4 NOT NULL DEFAULT 0,
        by_user      pg_catalog.bool NOT NULL DEFAULT false,
        after_user   pg_catalog.uuid,
        after_device pg_catalog.uuid,
        cause        pg_catalog.text,
        created_at   pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        due_at       pg_catalog.timestamptz NOT NULL,
        ttl          pg_catalog.int4 NOT NULL,
        expires_at   pg_catalog.timestamptz NOT NULL,
        stepped_at   pg_catalog.timestamptz,
        finished_at  pg_catalog.timestamptz,
        CONSTRAINT push_messages_target_check CHECK (topic IS NOT NULL OR state IN ('done', 'cancelled'))
    );
    CREATE INDEX push_messages_pending_idx ON howdah.push_messages (due_at) WHERE state IN ('due', 'running');
    CREATE INDEX push_messages_user_id_idx ON howdah.push_messages (user_id) WHERE user_id IS NOT NULL;
    CREATE INDEX push_messages_expires_at_idx ON howdah.push_messages (expires_at);
    COMMENT ON TABLE howdah.push_messages IS
        'What was said by howdah.send_push, once, however many devices get it; the outbox has a row for each device.';
    COMMENT ON COLUMN howdah.push_messages.state IS
        'due, running: a topic''s devices are being put into the outbox, a step with each howdah.tick(); done: all are.';
    COMMENT ON COLUMN howdah.push_messages.ttl IS 'Seconds after due_at that the services may keep it; expires_at leaves it a minute to get there.';
    COMMENT ON COLUMN howdah.push_messages.after_device IS 'Up to where: devices are walked by id, then, if by_user, those of subscribed users.';

    INSERT INTO auth.rate_limits (name, rule, per, count, period) VALUES
        ('push_account', 'push', 'account', 120, '5 minutes');
END
$$;
COMMENT ON FUNCTION howdah_private.install_push() IS 'howdah.install(): push messages.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_push() FROM PUBLIC;
