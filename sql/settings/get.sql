-- howdah.get: the value of a setting in force: the override in howdah.settings, else the default.
--
-- Runs as   definer: reads howdah.settings, which may hold values that no API role may see.
-- Returns   NULL for an app.settings.* key that nobody has set.
-- Raises    22023 for a key that Howdah does not know.
CREATE FUNCTION howdah.get(key pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value pg_catalog.text;
BEGIN
    SELECT s.value INTO v_value FROM howdah.settings AS s WHERE s.key = get.key;
    IF FOUND THEN
        RETURN v_value;
    END IF;
    SELECT d.default_value INTO v_value
    FROM howdah_private.setting_definitions() AS d WHERE d.key = get.key;
    IF NOT FOUND AND NOT pg_catalog.starts_with(get.key, 'app.settings.') THEN
        RAISE EXCEPTION 'there is no setting "%"', get.key
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT key FROM howdah.settings_all lists them.';
    END IF;
    RETURN v_value;
END
$$;
ALTER FUNCTION howdah.get(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.get(pg_catalog.text) IS 'The value of a setting in force.';
REVOKE EXECUTE ON FUNCTION howdah.get(pg_catalog.text) FROM PUBLIC;
