-- howdah.set_push_topic: something to subscribe to; called again, change it.
--
-- Runs as   definer: writes howdah.push_topics.
-- Takes     open: whether users may subscribe themselves (/push/v1/topics); else only howdah.subscribe_push does it.
-- Raises    23514 for a name that is not 1 to 100 of letters, digits and _ . : -
CREATE FUNCTION howdah.set_push_topic(name pg_catalog.text, open pg_catalog.bool DEFAULT false, description pg_catalog.text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.push_topics AS t (name, open, description)
    VALUES (set_push_topic.name, COALESCE(set_push_topic.open, false), set_push_topic.description)
    ON CONFLICT ON CONSTRAINT push_topics_pkey DO UPDATE SET open = excluded.open, description = excluded.description;
END
$$;
ALTER FUNCTION howdah.set_push_topic(pg_catalog.text, pg_catalog.bool, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set_push_topic(pg_catalog.text, pg_catalog.bool, pg_catalog.text)
    IS 'Something to subscribe to; called again, change it.';
REVOKE EXECUTE ON FUNCTION howdah.set_push_topic(pg_catalog.text, pg_catalog.bool, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.set_push_topic(pg_catalog.text, pg_catalog.bool, pg_catalog.text) TO service_role;
