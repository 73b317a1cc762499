-- queue.create: make a queue; one of that name that is there stays as it is.
--
-- Runs as   definer: writes queue.queues, makes the sequence of its ids (in howdah_archive, named by number: a name is data
--           here, never part of a statement). caller is not for you to give: he owns the queue.
-- Takes     visibility: seconds that read messages are hidden, unless the reader says; max_reads: a message read so often
--           and due again leaves the queue, to the queue dead_letter, else into the archive; dedup_window: how long a
--           dedup_key counts; partitioned: its messages get partitions of their own, by day; keep: of a partitioned one,
--           how long a message stays that nobody has deleted (partitions are dropped whole).
-- Writes    the queue, its floors, its sequence.
-- Raises    22023 for a value out of bounds; 42704 if there is no queue dead_letter; 42501 if it is another's, or if a queue
--           of the name is.
CREATE FUNCTION queue.create(
    queue_name pg_catalog.text, visibility pg_catalog.int4 DEFAULT 30, max_reads pg_catalog.int4 DEFAULT NULL,
    dead_letter pg_catalog.text DEFAULT NULL, dedup_window interval DEFAULT '5 minutes',
    partitioned pg_catalog.bool DEFAULT false, keep interval DEFAULT NULL,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id   pg_catalog.int4;
    v_heir pg_catalog.int4;
BEGIN
    IF "create".dead_letter IS NOT NULL THEN
        v_heir := (howdah_private.queue_open("create".dead_letter, 'send', "create".caller)).id;
    END IF;
    IF "create".keep IS NOT NULL AND NOT "create".partitioned OR "create".caller IS NULL
       OR v_heir IS NOT NULL AND "create".max_reads IS NULL THEN
        RAISE EXCEPTION 'keep is of partitioned queues, and dead_letter goes with max_reads' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO queue.queues (name, owner, visibility, max_reads, dead_letter, dedup_window, keep)
    VALUES ("create".queue_name, "create".caller::pg_catalog.name, "create".visibility, "create".max_reads, v_heir,
            "create".dedup_window, "create".keep)
    ON CONFLICT ON CONSTRAINT queues_name_key DO NOTHING
    RETURNING id INTO v_id;
    IF v_id IS NULL THEN
        PERFORM howdah_private.queue_open("create".queue_name, 'own', "create".caller);
        RETURN;
    END IF;
    EXECUTE pg_catalog.format('CREATE SEQUENCE howdah_archive.queue_%s_ids', v_id);
    UPDATE queue.queues AS q
    SET ids = pg_catalog.format('howdah_archive.queue_%s_ids', v_id)::pg_catalog.regclass,
        home = CASE WHEN "create".partitioned THEN v_id ELSE 0 END
    WHERE q.id = v_id;
    INSERT INTO queue.floors (queue) VALUES (v_id);
    IF "create".partitioned THEN
        PERFORM howdah_private.queue_make_home(v_id, "create".keep);
    END IF;
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'not a queue: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END
$$;
ALTER FUNCTION queue.create(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, interval, pg_catalog.bool, interval, howdah_private.caller)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.create(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, interval, pg_catalog.bool, interval, howdah_private.caller)
    IS 'Make a queue.';
REVOKE EXECUTE ON FUNCTION queue.create(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, interval, pg_catalog.bool, interval, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.create(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, interval, pg_catalog.bool, interval, howdah_private.caller)
    TO service_role;
