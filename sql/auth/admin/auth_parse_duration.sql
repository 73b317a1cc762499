-- howdah_private.auth_parse_duration: a length of time as GoTrue's API writes it ("24h", "1h30m", "-1.5h", "300ms").
--
-- Runs as   invoker.
-- Returns   NULL for what is no such text, or longer than 290 years (what the dialect itself can count).
CREATE FUNCTION howdah_private.auth_parse_duration(duration pg_catalog.text)
RETURNS pg_catalog.interval
LANGUAGE plpgsql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_part    CONSTANT pg_catalog.text := '(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)';
    v_seconds pg_catalog.numeric;
BEGIN
    IF auth_parse_duration.duration ~ '^[+-]?0$' THEN
        RETURN '0';
    END IF;
    IF pg_catalog.length(auth_parse_duration.duration) > 64
       OR auth_parse_duration.duration !~ ('^[+-]?(' || c_part || ')+$') THEN
        RETURN NULL;
    END IF;
    SELECT pg_catalog.sum(('0' || p.m[1])::pg_catalog.numeric * CASE p.m[2]
               WHEN 'h' THEN 3600 WHEN 'm' THEN 60 WHEN 's' THEN 1 WHEN 'ms' THEN 0.001
               WHEN 'ns' THEN 0.000000001 ELSE 0.000001 END)
    INTO v_seconds
    FROM pg_catalog.regexp_matches(auth_parse_duration.duration, c_part, 'g') AS p (m);
    IF v_seconds > 9223372036 THEN
        RETURN NULL;
    END IF;
    IF auth_parse_duration.duration ~ '^-' THEN
        v_seconds := -v_seconds;
    END IF;
    RETURN pg_catalog.make_interval(secs => v_seconds::pg_catalog.float8);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_parse_duration(pg_catalog.text)
    IS 'A length of time as the dialect writes it (24h, 1h30m); NULL for what is none.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_parse_duration(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_parse_duration(pg_catalog.text) TO howdah_owner;
