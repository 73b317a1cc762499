-- howdah_private.queue_open: a queue by its name, for a caller who may.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    42501 for a caller without the right, who is not told whether there is such a queue; 42704 if there is none.
CREATE FUNCTION howdah_private.queue_open(
    queue_name pg_catalog.text, "right" pg_catalog.text, caller howdah_private.caller
)
RETURNS howdah_private.queue_opened
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened;
BEGIN
    SELECT q.* INTO v_queue FROM queue.queues AS q WHERE q.name = queue_open.queue_name;
    IF howdah_private.queue_may(v_queue.id, v_queue.owner, queue_open."right", queue_open.caller) THEN
        IF v_queue.id IS NULL THEN
            RAISE EXCEPTION 'queue "%" does not exist', queue_open.queue_name USING ERRCODE = 'undefined_object';
        END IF;
        RETURN v_queue;
    END IF;
    RAISE EXCEPTION 'permission denied for queue "%"', queue_open.queue_name
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'SELECT queue.grant(queue, role, ''send'' | ''read'') gives it.';
END
$$;
COMMENT ON FUNCTION howdah_private.queue_open(pg_catalog.text, pg_catalog.text, howdah_private.caller)
    IS 'A queue by its name, for a caller who may.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_open(pg_catalog.text, pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_open(pg_catalog.text, pg_catalog.text, howdah_private.caller) TO howdah_owner;
