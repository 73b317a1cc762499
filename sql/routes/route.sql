-- howdah.route: answer a method and a path with a function of one's own.
--
-- Runs as   definer: writes howdah.routes. The function itself runs as the role of the request's token,
--           which needs EXECUTE on it: a route gives nobody a right.
-- Writes    the route (a second call with the same method and shape of pattern changes it) and one howdah.audit
--           row. The proxy learns of it within a second.
-- Returns   the id of the route.
-- Raises    42883 if there is no such function; 42602 unless its name is written with its schema; 22023
--           for a method, pattern, lane or limit that is not one; 42501 for a built-in route.
-- Units     max_body bytes, timeout_ms milliseconds; NULL: the defaults.
CREATE FUNCTION howdah.route(
    method pg_catalog.text,
    pattern pg_catalog.text,
    function pg_catalog.text,
    lane pg_catalog.text DEFAULT 'fast',
    max_body pg_catalog.int4 DEFAULT NULL,
    timeout_ms pg_catalog.int4 DEFAULT NULL
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_shape pg_catalog.text;
    v_name  pg_catalog.text[];
    v_id    pg_catalog.int8;
BEGIN
    IF route.method IS NULL OR route.pattern IS NULL OR route.function IS NULL THEN
        RAISE EXCEPTION 'method, pattern and function must not be null'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    v_shape := howdah_private.route_check(route.method, route.pattern);
    v_name := pg_catalog.parse_ident(route.function);
    IF pg_catalog.cardinality(v_name) <> 2 THEN
        RAISE EXCEPTION 'write the function with its schema: %', route.function
            USING ERRCODE = 'invalid_name';
    END IF;
    IF NOT EXISTS (
        SELECT 1
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = v_name[1] AND p.proname = v_name[2] AND p.prokind = 'f'
    ) THEN
        RAISE EXCEPTION 'there is no function %', route.function USING ERRCODE = 'undefined_function';
    END IF;
    INSERT INTO howdah.routes AS r (method, pattern, shape, function, lane, max_body, timeout_ms)
    VALUES (route.method, route.pattern, v_shape, pg_catalog.format('%I.%I', v_name[1], v_name[2]),
            COALESCE(route.lane, 'fast'), route.max_body, route.timeout_ms)
    ON CONFLICT ON CONSTRAINT routes_method_shape_key
    DO UPDATE SET pattern = excluded.pattern, function = excluded.function, lane = excluded.lane,
                  max_body = excluded.max_body, timeout_ms = excluded.timeout_ms
    WHERE NOT r.builtin
    RETURNING r.id INTO v_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% % is a built-in route', route.method, route.pattern
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM howdah_private.record_audit('route', pg_catalog.jsonb_build_object(
        'method', route.method, 'pattern', route.pattern, 'function', route.function));
    RETURN v_id;
EXCEPTION
    WHEN check_violation THEN
        RAISE EXCEPTION 'lane is fast or heavy; max_body is 0 to 1 GB, timeout_ms 1 to 600000'
            USING ERRCODE = 'invalid_parameter_value';
END
$$;
ALTER FUNCTION howdah.route(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                            pg_catalog.int4, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.route(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                 pg_catalog.int4, pg_catalog.int4)
    IS 'Answer a method and a path with a function of one''s own.';
REVOKE EXECUTE ON FUNCTION howdah.route(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                        pg_catalog.text, pg_catalog.int4, pg_catalog.int4) FROM PUBLIC;
