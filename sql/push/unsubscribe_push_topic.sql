-- howdah.unsubscribe_push_topic: leave a topic (DELETE /push/v1/topics/{topic}?device_id=…).
--
-- Runs as   definer: writes the subscription; a user's own.
-- Returns   what howdah_private.push_subscription answers.
CREATE FUNCTION howdah.unsubscribe_push_topic(topic pg_catalog.text DEFAULT NULL, device_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN howdah_private.push_subscription(unsubscribe_push_topic.topic, unsubscribe_push_topic.device_id, false);
END
$$;
ALTER FUNCTION howdah.unsubscribe_push_topic(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.unsubscribe_push_topic(pg_catalog.text, pg_catalog.text)
    IS 'Leave a topic.';
REVOKE EXECUTE ON FUNCTION howdah.unsubscribe_push_topic(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.unsubscribe_push_topic(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
