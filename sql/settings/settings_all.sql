-- howdah_private.settings_list: every setting with its value in force; the source of the view below.
--
-- Runs as   definer: reads howdah.settings.
CREATE FUNCTION howdah_private.settings_list()
RETURNS TABLE (
    key pg_catalog.text,
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
        SELECT COALESCE(d.key, s.key), COALESCE(d.value_type, 'text'), COALESCE(s.value, d.default_value), d.default_value,
               s.key IS NULL, s.updated_at, d.description
        FROM howdah_private.setting_definitions() AS d
        FULL JOIN howdah.settings AS s ON s.key = d.key
        ORDER BY 1;
END
$$;
ALTER FUNCTION howdah_private.settings_list() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.settings_list() IS 'What howdah.settings_all shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.settings_list() FROM PUBLIC;

-- A view over a function, not over the table: extension members may not depend on the tables, which
-- howdah.install() makes and pg_dump carries. Who is to read it needs SELECT on the view and EXECUTE on
-- the function.
CREATE VIEW howdah.settings_all WITH (security_barrier) AS
    SELECT l.key, l.value_type, l.value, l.default_value, l.is_default, l.updated_at, l.description
    FROM howdah_private.settings_list() AS l;
COMMENT ON VIEW howdah.settings_all IS 'Every setting: its value in force, its type and default, what it does.';
