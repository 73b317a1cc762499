-- queue.pop: take messages out of a queue for good: at most once, for whoever loses them has lost them.
--
-- Runs as   definer, as queue.read.
-- Writes    the messages are gone when the transaction commits.
-- Returns   as queue.read.
-- Raises    as queue.read.
CREATE FUNCTION queue.pop(
    queue_name pg_catalog.text, qty pg_catalog.int4 DEFAULT 1,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF queue.message
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue    howdah_private.queue_opened := howdah_private.queue_open(pop.queue_name, 'read', pop.caller);
    v_messages queue.message[];
BEGIN
    v_messages := ARRAY(SELECT c FROM howdah_private.queue_claim(v_queue, 1, pop.qty, '{}') AS c);
    DELETE FROM queue.messages AS m
    WHERE m.home = v_queue.home AND m.queue = v_queue.id
      AND m.id = ANY (ARRAY(SELECT t.msg_id FROM pg_catalog.unnest(v_messages) AS t));
    RETURN QUERY SELECT t.* FROM pg_catalog.unnest(v_messages) AS t ORDER BY t.msg_id;
END
$$;
ALTER FUNCTION queue.pop(pg_catalog.text, pg_catalog.int4, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.pop(pg_catalog.text, pg_catalog.int4, howdah_private.caller)
    IS 'Take messages out of a queue for good.';
REVOKE EXECUTE ON FUNCTION queue.pop(pg_catalog.text, pg_catalog.int4, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.pop(pg_catalog.text, pg_catalog.int4, howdah_private.caller) TO service_role;
