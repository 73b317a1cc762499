-- howdah.remove_push_topic: a topic with its subscriptions. Messages under way to it end.
--
-- Runs as   definer: writes howdah.push_topics.
-- Returns   whether there was one.
CREATE FUNCTION howdah.remove_push_topic(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.push_topics AS t WHERE t.name = remove_push_topic.name;
    RETURN FOUND;
END
$$;
ALTER FUNCTION howdah.remove_push_topic(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.remove_push_topic(pg_catalog.text)
    IS 'A topic with its subscriptions.';
REVOKE EXECUTE ON FUNCTION howdah.remove_push_topic(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.remove_push_topic(pg_catalog.text) TO service_role;
