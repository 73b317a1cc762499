-- howdah_private.job_argument: a JSON value as an expression of a type: quoted, and read when the job runs, as its owner.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.job_argument(value pg_catalog.jsonb, type pg_catalog.oid)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_type record;
BEGIN
    SELECT t.typtype, t.typelem <> 0 AND t.typlen = -1 AS is_array, pg_catalog.format_type(t.oid, NULL) AS name INTO v_type
    FROM pg_catalog.pg_type AS t WHERE t.oid = job_argument.type;
    RETURN CASE
        WHEN job_argument.value = 'null' THEN pg_catalog.format('NULL::%s', v_type.name)
        WHEN job_argument.type IN ('pg_catalog.json'::pg_catalog.regtype, 'pg_catalog.jsonb'::pg_catalog.regtype)
            THEN pg_catalog.format('%L::%s', job_argument.value::pg_catalog.text, v_type.name)
        WHEN v_type.is_array AND pg_catalog.jsonb_typeof(job_argument.value) = 'array'
            THEN pg_catalog.format('ARRAY[%s]::%s', (
                SELECT pg_catalog.string_agg(pg_catalog.quote_nullable(e.element #>> '{}'), ', ' ORDER BY e.n)
                FROM pg_catalog.jsonb_array_elements(job_argument.value) WITH ORDINALITY AS e (element, n)), v_type.name)
        WHEN v_type.typtype = 'c' AND pg_catalog.jsonb_typeof(job_argument.value) = 'object'
            THEN pg_catalog.format('pg_catalog.jsonb_populate_record(NULL::%s, %L)', v_type.name, job_argument.value::pg_catalog.text)
        ELSE pg_catalog.format('%L::%s', job_argument.value #>> '{}', v_type.name)
    END;
END
$$;
COMMENT ON FUNCTION howdah_private.job_argument(pg_catalog.jsonb, pg_catalog.oid)
    IS 'A JSON value as an expression of a type.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_argument(pg_catalog.jsonb, pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_argument(pg_catalog.jsonb, pg_catalog.oid) TO howdah_owner;
