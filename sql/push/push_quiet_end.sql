-- howdah_private.push_quiet_end: when the quiet time ends that it is now on a device's clock.
--
-- Takes     hours like 22:00-07:00; timezone: NULL is UTC.
-- Returns   NULL if it is no quiet time.
CREATE FUNCTION howdah_private.push_quiet_end(hours pg_catalog.text, timezone pg_catalog.text, at pg_catalog.timestamptz)
RETURNS pg_catalog.timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_from  pg_catalog.time;
    v_to    pg_catalog.time;
    v_local timestamp;
    v_quiet pg_catalog.bool;
    v_end   pg_catalog.timestamptz;
BEGIN
    IF COALESCE(push_quiet_end.hours, '') = '' THEN
        RETURN NULL;
    END IF;
    v_from := pg_catalog.split_part(push_quiet_end.hours, '-', 1);
    v_to := pg_catalog.split_part(push_quiet_end.hours, '-', 2);
    v_local := push_quiet_end.at AT TIME ZONE COALESCE(push_quiet_end.timezone, 'UTC');
    v_quiet := CASE WHEN v_from < v_to THEN v_local::pg_catalog.time >= v_from AND v_local::pg_catalog.time < v_to
                    ELSE v_local::pg_catalog.time >= v_from OR v_local::pg_catalog.time < v_to END;
    IF NOT v_quiet THEN
        RETURN NULL;
    END IF;
    v_end := (v_local::pg_catalog.date + v_to + CASE WHEN v_local::pg_catalog.time >= v_to THEN interval '1 day' ELSE interval '0' END)
        AT TIME ZONE COALESCE(push_quiet_end.timezone, 'UTC');
    -- An hour that comes twice, or never.
    RETURN CASE WHEN v_end > push_quiet_end.at THEN v_end END;
END
$$;
COMMENT ON FUNCTION howdah_private.push_quiet_end(pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz)
    IS 'When the quiet time ends that it is now on a device''s clock.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_quiet_end(pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_quiet_end(pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz) TO howdah_owner;
