-- howdah_private.push_messages_list: every push message and how far it is; the source of the view below.
--
-- Runs as   definer: reads howdah.push_messages.
CREATE FUNCTION howdah_private.push_messages_list()
RETURNS TABLE (
    id pg_catalog.int8, user_id pg_catalog.uuid, topic pg_catalog.text, title pg_catalog.text, state pg_catalog.text, enqueued pg_catalog.int8, steps pg_catalog.int4, cause pg_catalog.text,
    created_at pg_catalog.timestamptz, due_at pg_catalog.timestamptz, expires_at pg_catalog.timestamptz, finished_at pg_catalog.timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT m.id, m.user_id, m.topic, m.message ->> 'title', m.state, m.enqueued, m.steps, m.cause, m.created_at, m.due_at,
               m.expires_at, m.finished_at
        FROM howdah.push_messages AS m;
END
$$;
ALTER FUNCTION howdah_private.push_messages_list() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.push_messages_list() IS 'What howdah.push_messages_all shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_messages_list() FROM PUBLIC;

CREATE VIEW howdah.push_messages_all WITH (security_barrier) AS
    SELECT l.id, l.user_id, l.topic, l.title, l.state, l.enqueued, l.steps, l.cause, l.created_at, l.due_at, l.expires_at,
           l.finished_at
    FROM howdah_private.push_messages_list() AS l;
COMMENT ON VIEW howdah.push_messages_all IS
    'Push messages: to whom, and how many devices of a topic are in the outbox by now; howdah.deliveries has what came of each.';
