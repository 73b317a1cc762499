-- howdah.subscribe_push: subscribe a user with all his devices, or one device, to a topic, open or not.
--
-- Runs as   definer: writes the subscription.
-- Returns   false if it was there.
-- Raises    22023 unless one of user_id and device_id is given; 23503 for a topic, user or device that is not there.
CREATE FUNCTION howdah.subscribe_push(topic pg_catalog.text, user_id pg_catalog.uuid DEFAULT NULL, device_id pg_catalog.uuid DEFAULT NULL)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.num_nonnulls(subscribe_push.user_id, subscribe_push.device_id) <> 1 THEN
        RAISE EXCEPTION 'name one of user_id and device_id' USING ERRCODE = 'invalid_parameter_value';
    ELSIF subscribe_push.user_id IS NOT NULL THEN
        INSERT INTO howdah.push_topic_users (topic, user_id) VALUES (subscribe_push.topic, subscribe_push.user_id)
        ON CONFLICT ON CONSTRAINT push_topic_users_pkey DO NOTHING;
    ELSE
        INSERT INTO howdah.push_topic_devices (topic, device_id) VALUES (subscribe_push.topic, subscribe_push.device_id)
        ON CONFLICT ON CONSTRAINT push_topic_devices_pkey DO NOTHING;
    END IF;
    RETURN FOUND;
END
$$;
ALTER FUNCTION howdah.subscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.subscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid)
    IS 'Subscribe a user or a device to a topic.';
REVOKE EXECUTE ON FUNCTION howdah.subscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.subscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid) TO service_role;
