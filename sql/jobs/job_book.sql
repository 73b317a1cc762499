-- howdah_private.job_book: write down what came of a job's attempt.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    jobs.runs; a wish to cancel the job is done with.
CREATE FUNCTION howdah_private.job_book(
    job pg_catalog.jsonb, state pg_catalog.text, started_at pg_catalog.timestamptz, error pg_catalog.text DEFAULT NULL,
    sqlstate pg_catalog.text DEFAULT NULL, result pg_catalog.jsonb DEFAULT NULL, logs pg_catalog.text[] DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO jobs.runs (job_id, attempt, state, started_at, ended_at, error, sqlstate, result, logs, job)
    VALUES ((job_book.job ->> 'id')::pg_catalog.int8, (job_book.job ->> 'attempts')::pg_catalog.int4, job_book.state,
            job_book.started_at, pg_catalog.clock_timestamp(), pg_catalog."left"(job_book.error, 4096), job_book.sqlstate,
            CASE WHEN pg_catalog.octet_length(job_book.result::pg_catalog.text) <= 65536 THEN job_book.result END,
            job_book.logs, job_book.job - ARRAY['lease', 'leased_until', 'leased_at', 'error']);
    DELETE FROM jobs.cancels AS c WHERE c.job = (job_book.job ->> 'id')::pg_catalog.int8;
END
$$;
COMMENT ON FUNCTION howdah_private.job_book(pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text[])
    IS 'Write down what came of a job''s attempt.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_book(pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_book(pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text[])
    TO howdah_owner;
