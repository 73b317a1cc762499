-- howdah.unsubscribe_push: end the subscription of a user, or of one device.
--
-- Runs as   definer: writes the subscription.
-- Returns   whether there was one.
CREATE FUNCTION howdah.unsubscribe_push(topic pg_catalog.text, user_id pg_catalog.uuid DEFAULT NULL, device_id pg_catalog.uuid DEFAULT NULL)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ended pg_catalog.bool;
BEGIN
    DELETE FROM howdah.push_topic_users AS t
    WHERE t.topic = unsubscribe_push.topic AND t.user_id = unsubscribe_push.user_id;
    v_ended := FOUND;
    DELETE FROM howdah.push_topic_devices AS t
    WHERE t.topic = unsubscribe_push.topic AND t.device_id = unsubscribe_push.device_id;
    RETURN v_ended OR FOUND;
END
$$;
ALTER FUNCTION howdah.unsubscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.unsubscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid)
    IS 'End the subscription of a user or a device.';
REVOKE EXECUTE ON FUNCTION howdah.unsubscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.unsubscribe_push(pg_catalog.text, pg_catalog.uuid, pg_catalog.uuid) TO service_role;
