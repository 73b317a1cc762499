-- howdah.list_push_topics: what who asks may subscribe to, or does (GET /push/v1/topics).
--
-- Runs as   definer: reads the topics and subscriptions, which no API role may see; a user's own.
-- Returns   200 [{"name", "description", "open", "subscribed", "devices"}]: subscribed: with all devices; devices: ids of those
--           that subscribe alone. What auth_caller refuses.
CREATE FUNCTION howdah.list_push_topics()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply(COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', t.name, 'description', t.description, 'open', t.open,
                                              'subscribed', s.subscribed, 'devices', s.devices) ORDER BY t.name)
        FROM howdah.push_topics AS t,
             LATERAL (SELECT EXISTS (SELECT 1 FROM howdah.push_topic_users AS u
                                     WHERE u.topic = t.name AND u.user_id = v_caller.user_id) AS subscribed,
                             COALESCE((SELECT pg_catalog.jsonb_agg(d.id ORDER BY d.id)
                                       FROM howdah.push_devices AS d
                                       JOIN howdah.push_topic_devices AS p ON p.device_id = d.id AND p.topic = t.name
                                       WHERE d.user_id = v_caller.user_id), '[]') AS devices) AS s
        WHERE t.open OR s.subscribed OR s.devices <> '[]'), '[]'));
END
$$;
ALTER FUNCTION howdah.list_push_topics() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.list_push_topics()
    IS 'What who asks may subscribe to, or does.';
REVOKE EXECUTE ON FUNCTION howdah.list_push_topics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.list_push_topics() TO anon, authenticated, service_role;
