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
    v_hook  howdah.inbound_hooks;
    v_owner pg_catalog.text;
BEGIN
    SELECT h.* INTO v_hook FROM howdah.inbound_hooks AS h WHERE h.name = inbound_hand_over.hook;
    IF v_hook.queue IS NULL THEN
        PERFORM howdah_private.hook_call(
            v_hook.schema_name, v_hook.function_name, v_hook.role, inbound_hand_over.message::pg_catalog.text, 10000);
    ELSE
        EXECUTE 'SELECT q.owner FROM queue.queues AS q WHERE q.name = $1' INTO v_owner USING v_hook.queue;
        IF v_owner IS NULL THEN
            RAISE EXCEPTION 'there is no queue "%"', v_hook.queue USING ERRCODE = 'undefined_object';
        END IF;
        PERFORM howdah_private.queue_send_as(
            v_owner, v_hook.queue, pg_catalog.jsonb_build_array(inbound_hand_over.message)::pg_catalog.text);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.inbound_hand_over(pg_catalog.text, pg_catalog.jsonb)
    IS 'A verified delivery to the queue, or the function, of its hook.';
REVOKE EXECUTE ON FUNCTION howdah_private.inbound_hand_over(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.inbound_hand_over(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
