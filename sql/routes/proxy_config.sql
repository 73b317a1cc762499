-- howdah.proxy_config: what the proxy must know before it passes a request on.
--
-- Runs as   definer: reads howdah.routes and settings; the proxy's role sees no table.
-- Returns   JSON text {"version", "generation", "cors_origins": […], "routes": [{"method", "pattern",
--           "lane", "max_body", "timeout_ms", "light"?}], "defaults": {"max_body", "timeout_ms"}}: only routes that
--           differ from the defaults. generation changes exactly when anything else here does.
-- Raises    55000 before howdah.install().
CREATE FUNCTION howdah.proxy_config()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_max_body   pg_catalog.int4;
    v_timeout_ms pg_catalog.int4;
    v_origins    pg_catalog.jsonb;
    v_routes     pg_catalog.jsonb;
    v_config     pg_catalog.jsonb;
BEGIN
    v_max_body := howdah.get('limits.max_body');
    v_timeout_ms := howdah.get('limits.timeout_ms');
    SELECT pg_catalog.jsonb_agg(pg_catalog.btrim(o.origin) ORDER BY o.n) INTO v_origins
    FROM pg_catalog.regexp_split_to_table(howdah.get('cors.origins'), ',')
         WITH ORDINALITY AS o (origin, n)
    WHERE pg_catalog.btrim(o.origin) <> '';
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'method', r.method, 'pattern', r.pattern, 'lane', r.lane,
        'max_body', COALESCE(r.max_body, v_max_body),
        'timeout_ms', COALESCE(r.timeout_ms, v_timeout_ms))
        || CASE WHEN r.light IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('light', r.light) END
        ORDER BY r.method, r.pattern)
    INTO v_routes
    FROM howdah.routes AS r
    WHERE r.lane <> 'fast' OR r.max_body <> v_max_body OR r.timeout_ms <> v_timeout_ms;
    v_config := pg_catalog.jsonb_build_object(
        'version', howdah.version(),
        'cors_origins', COALESCE(v_origins, '[]'::pg_catalog.jsonb),
        'routes', COALESCE(v_routes, '[]'::pg_catalog.jsonb),
        'defaults', pg_catalog.jsonb_build_object(
            'max_body', v_max_body, 'timeout_ms', v_timeout_ms));
    RETURN v_config || pg_catalog.jsonb_build_object(
        'generation', pg_catalog.md5(v_config::pg_catalog.text));
EXCEPTION
    WHEN undefined_table THEN
        RAISE EXCEPTION 'howdah is not installed in this database'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'SELECT howdah.install();';
END
$$;
ALTER FUNCTION howdah.proxy_config() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.proxy_config() IS 'What the proxy must know before it passes a request on.';
REVOKE EXECUTE ON FUNCTION howdah.proxy_config() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.proxy_config() TO howdah_proxy;
