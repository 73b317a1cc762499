-- howdah.subscribe_push_topic: subscribe who asks, or one of his devices, to an open topic (PUT /push/v1/topics/{topic}).
--
-- Runs as   definer: writes the subscription; a user's own.
-- Returns   what howdah_private.push_subscription answers.
CREATE FUNCTION howdah.subscribe_push_topic(topic pg_catalog.text DEFAULT NULL, device_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN howdah_private.push_subscription(subscribe_push_topic.topic, subscribe_push_topic.device_id, true);
END
$$;
ALTER FUNCTION howdah.subscribe_push_topic(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.subscribe_push_topic(pg_catalog.text, pg_catalog.text)
    IS 'Subscribe who asks, or one of his devices, to an open topic.';
REVOKE EXECUTE ON FUNCTION howdah.subscribe_push_topic(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.subscribe_push_topic(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
