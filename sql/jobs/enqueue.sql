-- jobs.enqueue: run a function once, soon or later, as whoever asks for it.
--
-- It is there when the transaction commits. Its effects commit together with its being done: they happen once, however often
-- it is tried.
--
-- Runs as   definer: writes jobs.jobs, which no API role sees. caller is not for you to give: it is who calls.
-- Takes     function: with its schema, and its types where there are several of the name; args: an object (names) or an array
--           (in order); run_at: NULL is now; unique_key: while a job of the same role with this key is not over, it is that
--           job; timeout_s: NULL is jobs.timeout_s; run_as: a role that the caller may be.
-- Returns   the job's id.
-- Raises    42883 if there is no such function or argument; 42501 for a role that must not, or may not execute it; 22023, 23514
--           for values out of bounds.
CREATE FUNCTION jobs.enqueue(
    function pg_catalog.text, args pg_catalog.jsonb DEFAULT '{}', run_at pg_catalog.timestamptz DEFAULT NULL,
    queue pg_catalog.text DEFAULT 'default', max_attempts pg_catalog.int4 DEFAULT 5,
    unique_key pg_catalog.text DEFAULT NULL, timeout_s pg_catalog.int4 DEFAULT NULL,
    run_as pg_catalog.text DEFAULT NULL, caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_owner    pg_catalog.text := howdah_private.job_owner(enqueue.run_as, enqueue.caller);
    v_function pg_catalog.text := howdah_private.job_function(enqueue.function, v_owner);
    v_id       pg_catalog.int8;
BEGIN
    -- Told now rather than when it runs.
    PERFORM howdah_private.job_statement(v_function, enqueue.args);
    LOOP
        INSERT INTO jobs.jobs AS j (owner, made_by, function, args, queue, run_at, unique_key, cause, max_attempts, timeout_s)
        VALUES (v_owner, enqueue.caller::pg_catalog.name, v_function, enqueue.args, enqueue.queue,
                COALESCE(enqueue.run_at, pg_catalog.now()), enqueue.unique_key, howdah_private.request_id(),
                enqueue.max_attempts, enqueue.timeout_s)
        ON CONFLICT DO NOTHING
        RETURNING j.id INTO v_id;
        EXIT WHEN FOUND;
        SELECT j.id INTO v_id FROM jobs.jobs AS j WHERE j.owner = v_owner AND j.unique_key = enqueue.unique_key;
        -- Not there any more: over in between.
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_id;
END
$$;
ALTER FUNCTION jobs.enqueue(pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION jobs.enqueue(pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    IS 'Run a function once, soon or later.';
REVOKE EXECUTE ON FUNCTION jobs.enqueue(pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.enqueue(pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.int4, pg_catalog.text, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    TO service_role;
