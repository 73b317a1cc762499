-- auth.reset: put a setting of accounts back to its default.
--
-- Runs as   definer: writes auth.settings.
-- Writes    one howdah.audit row when there was an override.
-- Returns   the default.
-- Raises    22023 for a setting that does not exist.
CREATE FUNCTION auth.reset(name pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM auth.settings AS s WHERE s.name = reset.name;
    IF FOUND THEN
        PERFORM howdah_private.record_audit('auth.reset', pg_catalog.jsonb_build_object('name', reset.name));
    END IF;
    RETURN auth.get(reset.name);
END
$$;
ALTER FUNCTION auth.reset(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.reset(pg_catalog.text) IS 'Put a setting of accounts back to its default.';
REVOKE EXECUTE ON FUNCTION auth.reset(pg_catalog.text) FROM PUBLIC;
