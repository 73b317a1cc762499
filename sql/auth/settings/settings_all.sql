-- howdah_private.auth_settings_list: every setting of accounts with its value in force; the source of the view below.
--
-- Runs as   definer: reads auth.settings.
CREATE FUNCTION howdah_private.auth_settings_list()
RETURNS TABLE (
    name pg_catalog.text,
    value_type pg_catalog.text,
    value pg_catalog.text,
    default_value pg_catalog.text,
    is_default pg_catalog.bool,
    updated_at pg_catalog.timestamptz,
    description pg_catalog.text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT d.name, d.value_type,
               CASE WHEN d.value_type = 'secret' AND s.value <> '' THEN 'sealed' ELSE COALESCE(s.value, d.default_value) END,
               d.default_value,
               s.name IS NULL, s.updated_at, d.description
        FROM howdah_private.auth_setting_definitions() AS d
        LEFT JOIN auth.settings AS s ON s.name = d.name
        ORDER BY 1;
END
$$;
ALTER FUNCTION howdah_private.auth_settings_list() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.auth_settings_list() IS 'What auth.settings_all shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_settings_list() FROM PUBLIC;

CREATE VIEW auth.settings_all WITH (security_barrier) AS
    SELECT l.name, l.value_type, l.value, l.default_value, l.is_default, l.updated_at, l.description
    FROM howdah_private.auth_settings_list() AS l;
COMMENT ON VIEW auth.settings_all IS 'Every setting of accounts: its value in force, its type and default, what it does.';
