-- howdah_private.job_statement: the statement that calls a function with arguments from JSON.
--
-- args is an object (names) or an array (in order); what is left out has its default. Names come from the catalog, values
-- are quoted.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the statement, and whether it answers with a JSON text.
-- Raises    42883 if there is no such function, or no such argument.
CREATE FUNCTION howdah_private.job_statement(
    function pg_catalog.text, args pg_catalog.jsonb, OUT statement pg_catalog.text, OUT answers pg_catalog.bool
)
RETURNS record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_function record;
    v_arg      record;
    v_list     pg_catalog.text[] := '{}';
    v_call     pg_catalog.text;
BEGIN
    SELECT p.oid, p.prokind, p.proretset, p.prorettype, p.provariadic <> 0 AS is_variadic, p.pronargs,
           p.proargtypes::pg_catalog.oid[] AS types, n.nspname, p.proname,
           COALESCE((SELECT pg_catalog.array_agg(COALESCE(a.name, '') ORDER BY a.n)
                     FROM ROWS FROM (pg_catalog.unnest(p.proargnames), pg_catalog.unnest(p.proargmodes))
                          WITH ORDINALITY AS a (name, mode, n)
                     WHERE COALESCE(a.mode, 'i') IN ('i', 'b', 'v')), '{}') AS names
    INTO v_function
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.oid = howdah_private.job_find(job_statement.function);
    FOR v_arg IN
        SELECT e.n, NULL::pg_catalog.text AS name, e.value
        FROM pg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(args) = 'array' THEN args END)
             WITH ORDINALITY AS e (value, n)
        UNION ALL
        SELECT pg_catalog.array_position(v_function.names, o.key), o.key, o.value
        FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(args) = 'object' THEN args END) AS o (key, value)
        ORDER BY 1
    LOOP
        IF v_arg.n IS NULL OR v_arg.n > v_function.pronargs OR v_arg.name = '' THEN
            RAISE EXCEPTION '% has no argument %', job_statement.function, COALESCE(v_arg.name, v_arg.n::pg_catalog.text)
                USING ERRCODE = 'undefined_function';
        END IF;
        -- types counts from 0, as the catalog does.
        v_list := v_list || (
            CASE WHEN v_function.is_variadic AND v_arg.n = v_function.pronargs THEN 'VARIADIC ' ELSE '' END
            || CASE WHEN v_arg.name IS NULL THEN '' ELSE pg_catalog.format('%I => ', v_arg.name) END
            || howdah_private.job_argument(v_arg.value, v_function.types[v_arg.n - 1]));
    END LOOP;
    v_call := pg_catalog.format('%I.%I(%s)', v_function.nspname, v_function.proname, pg_catalog.array_to_string(v_list, ', '));
    answers := v_function.prokind = 'f' AND v_function.prorettype <> 'pg_catalog.void'::pg_catalog.regtype;
    statement := CASE
        WHEN v_function.prokind = 'p' THEN 'CALL ' || v_call
        WHEN v_function.proretset THEN pg_catalog.format('SELECT pg_catalog.count(*)::pg_catalog.text FROM %s', v_call)
        WHEN answers THEN pg_catalog.format('SELECT pg_catalog.to_jsonb(%s)::pg_catalog.text', v_call)
        ELSE 'SELECT ' || v_call
    END;
END
$$;
COMMENT ON FUNCTION howdah_private.job_statement(pg_catalog.text, pg_catalog.jsonb)
    IS 'The statement that calls a function with arguments from JSON.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_statement(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_statement(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
