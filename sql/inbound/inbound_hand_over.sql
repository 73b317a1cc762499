-- howdah_private.inbound_hand_over: a verified delivery to the queue, or the function, of its hook.
--
-- Runs as   invoker: howdah.receive_hook, which is howdah_owner; the function as the role that the DBA gave.
-- Raises    what they raise.
CREATE FUNCTION howdah_private.inbound_hand_over(hook pg_catalog.text, message pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hook howdah.inbound_hooks;
BEGIN
    SELECT h.* INTO v_hook FROM howdah.inbound_hooks AS h WHERE h.name = inbound_hand_over.hook;
    IF v_hook.queue IS NULL THEN
        PERFORM howdah_private.hook_call(
            v_hook.schema_name, v_hook.function_name, v_hook.role, inbound_hand_over.message::pg_catalog.text, 10000);
    ELSE
        EXECUTE 'SELECT queue.send($1, $2, caller => q.owner::howdah_private.caller) FROM queue.queues AS q WHERE q.name = $1'
        USING v_hook.queue, inbound_hand_over.message;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.inbound_hand_over(pg_catalog.text, pg_catalog.jsonb)
    IS 'A verified delivery to the queue, or the function, of its hook.';
REVOKE EXECUTE ON FUNCTION howdah_private.inbound_hand_over(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.inbound_hand_over(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
