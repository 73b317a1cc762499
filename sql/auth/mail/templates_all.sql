-- howdah_private.auth_templates_list: every message with its texts in force; the source of the view below.
--
-- Runs as   definer: reads auth.templates.
CREATE FUNCTION howdah_private.auth_templates_list()
RETURNS TABLE (
    kind pg_catalog.text, locale pg_catalog.text, subject pg_catalog.text, html pg_catalog.text,
    text pg_catalog.text, is_shipped pg_catalog.bool, updated_at pg_catalog.timestamptz, about pg_catalog.text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT k.kind, COALESCE(t.locale, ''), COALESCE(t.subject, k.subject), COALESCE(t.html, k.html),
               COALESCE(t.text, k.text), t.kind IS NULL, t.updated_at, k.about
        FROM howdah_private.auth_template_kinds() AS k
        LEFT JOIN auth.templates AS t ON t.kind = k.kind
        ORDER BY 1, 2;
END
$$;
ALTER FUNCTION howdah_private.auth_templates_list() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.auth_templates_list() IS 'What auth.templates_all shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_templates_list() FROM PUBLIC;

CREATE VIEW auth.templates_all WITH (security_barrier) AS
    SELECT l.kind, l.locale, l.subject, l.html, l.text, l.is_shipped, l.updated_at, l.about
    FROM howdah_private.auth_templates_list() AS l;
COMMENT ON VIEW auth.templates_all IS 'Every message of accounts: its texts in force, and when it is sent.';
