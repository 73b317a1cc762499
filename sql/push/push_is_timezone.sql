-- howdah_private.push_is_timezone: whether the server knows a time zone of this name; NULL: it does.
CREATE FUNCTION howdah_private.push_is_timezone(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF push_is_timezone.name !~ '^[A-Za-z0-9_+/-]{1,64}$' THEN
        RETURN false;
    END IF;
    PERFORM pg_catalog.now() AT TIME ZONE push_is_timezone.name;
    RETURN true;
EXCEPTION
    WHEN invalid_parameter_value THEN
        RETURN false;
END
$$;
COMMENT ON FUNCTION howdah_private.push_is_timezone(pg_catalog.text)
    IS 'Whether the server knows a time zone of this name.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_is_timezone(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_is_timezone(pg_catalog.text) TO howdah_owner;
