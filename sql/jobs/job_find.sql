-- howdah_private.job_find: a function or procedure by its name, with its schema, and its types where there are several.
--
-- Not by casts to regprocedure: they ask for USAGE of the schema, which is the owner's business and not howdah_owner's.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    42883 if there is none, or several.
CREATE FUNCTION howdah_private.job_find(function pg_catalog.text)
RETURNS pg_catalog.oid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name  pg_catalog.text[];
    v_types pg_catalog.text[];
    v_found pg_catalog.oid[];
BEGIN
    v_name := pg_catalog.parse_ident(pg_catalog.split_part(job_find.function, '(', 1));
    IF pg_catalog.strpos(job_find.function, '(') > 0 THEN
        v_types := ARRAY(
            SELECT CASE WHEN pg_catalog.strpos(t.type, '.') > 0 THEN t.type
                        ELSE COALESCE(pg_catalog.format_type(pg_catalog.to_regtype(t.type), NULL), t.type) END
            FROM (SELECT pg_catalog.btrim(w.word) AS type, w.n
                  FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog."substring"(job_find.function, '\((.*)\)\s*$'), ','))
                       WITH ORDINALITY AS w (word, n)) AS t
            WHERE t.type <> '' ORDER BY t.n);
    END IF;
    v_found := ARRAY(
        SELECT p.oid FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = v_name[1] AND p.proname = v_name[2] AND p.prokind IN ('f', 'p')
          AND (v_types IS NULL OR v_types = ARRAY(
              SELECT pg_catalog.format_type(u.type, NULL)
              FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS u (type, n) ORDER BY u.n)));
    IF pg_catalog.cardinality(v_name) <> 2 OR pg_catalog.cardinality(v_found) <> 1 THEN
        RAISE EXCEPTION 'there is no function "%"', job_find.function USING ERRCODE = 'undefined_function',
            HINT = 'Name it with its schema; where there are several, with its types: public.f(integer, text).';
    END IF;
    RETURN v_found[1];
END
$$;
COMMENT ON FUNCTION howdah_private.job_find(pg_catalog.text) IS 'A function by its name.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_find(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_find(pg_catalog.text) TO howdah_owner;
