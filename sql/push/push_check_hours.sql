-- howdah_private.push_check_hours: whether a text is quiet hours like 22:00-07:00; empty: none.
CREATE FUNCTION howdah_private.push_check_hours(hours pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(push_check_hours.hours, '') ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$'
       AND (COALESCE(push_check_hours.hours, '') = ''
            OR pg_catalog.split_part(push_check_hours.hours, '-', 1) <> pg_catalog.split_part(push_check_hours.hours, '-', 2))
$$;
COMMENT ON FUNCTION howdah_private.push_check_hours(pg_catalog.text)
    IS 'Whether a text is quiet hours.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_check_hours(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_check_hours(pg_catalog.text) TO howdah_owner;
