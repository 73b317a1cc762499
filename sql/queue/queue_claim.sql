-- howdah_private.queue_claim: the messages that are next, those given up apart.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    as queue_take; messages read more than max_reads times leave the queue.
-- Raises    as queue_take.
CREATE FUNCTION howdah_private.queue_claim(
    queue howdah_private.queue_opened, vt pg_catalog.int4, qty pg_catalog.int4, conditional pg_catalog.jsonb
)
RETURNS SETOF queue.message
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_left    pg_catalog.int4 := queue_claim.qty;
    v_given   pg_catalog.int4;
    v_message queue.message;
BEGIN
    LOOP
        v_given := 0;
        FOR v_message IN
            SELECT t.* FROM howdah_private.queue_take(queue_claim.queue, queue_claim.vt, v_left, queue_claim.conditional) AS t
        LOOP
            IF COALESCE(v_message.read_ct > (queue_claim.queue).max_reads, false) THEN
                PERFORM howdah_private.queue_give_up(queue_claim.queue, v_message.msg_id);
                v_given := v_given + 1;
            ELSE
                v_left := v_left - 1;
                RETURN NEXT v_message;
            END IF;
        END LOOP;
        -- With no time to hide them in, the next round would meet the same again.
        EXIT WHEN v_given = 0 OR v_left = 0 OR COALESCE(queue_claim.vt, (queue_claim.queue).visibility) = 0;
    END LOOP;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_claim(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb)
    IS 'The messages that are next, those given up apart.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_claim(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_claim(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb) TO howdah_owner;
