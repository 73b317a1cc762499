-- howdah_private.queue_dedup: take the key of a message that is about to be sent.
--
-- Two at once: the second waits for the first to commit, and then is its duplicate.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the key, for the queue's window from now.
-- Returns   NULL: it is taken, send the message as message_id; else the id of the message that has it.
-- Raises    22023 for a key of more than 500 characters.
CREATE FUNCTION howdah_private.queue_dedup(
    queue pg_catalog.int4, "window" interval, key pg_catalog.text, message_id pg_catalog.int8
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_has pg_catalog.int8;
BEGIN
    IF pg_catalog.char_length(queue_dedup.key) > 500 THEN
        RAISE EXCEPTION 'a dedup_key has at most 500 characters' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOOP
        INSERT INTO queue.dedup_keys AS d (queue, key, message, expires_at)
        VALUES (queue_dedup.queue, queue_dedup.key, queue_dedup.message_id, v_now + queue_dedup."window")
        ON CONFLICT ON CONSTRAINT dedup_keys_pkey
        DO UPDATE SET message = excluded.message, expires_at = excluded.expires_at WHERE d.expires_at <= v_now;
        IF FOUND THEN
            RETURN NULL;
        END IF;
        SELECT d.message INTO v_has FROM queue.dedup_keys AS d
        WHERE d.queue = queue_dedup.queue AND d.key = queue_dedup.key;
        -- Not there any more: swept in between.
        IF FOUND THEN
            RETURN v_has;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_dedup(pg_catalog.int4, interval, pg_catalog.text, pg_catalog.int8)
    IS 'Take the key of a message; NULL: it was free.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_dedup(pg_catalog.int4, interval, pg_catalog.text, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_dedup(pg_catalog.int4, interval, pg_catalog.text, pg_catalog.int8) TO howdah_owner;
