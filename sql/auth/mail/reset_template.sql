-- auth.reset_template: put the texts of a message back to what is shipped.
--
-- Runs as   definer: writes auth.templates.
-- Writes    one howdah.audit row when there was one.
-- Returns   whether there was one.
CREATE FUNCTION auth.reset_template(kind pg_catalog.text, locale pg_catalog.text DEFAULT '')
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM auth.templates AS t
    WHERE t.kind = reset_template.kind AND t.locale = pg_catalog.lower(COALESCE(reset_template.locale, ''));
    RETURN howdah_private.record_removal(FOUND, 'auth.reset_template', pg_catalog.jsonb_build_object(
        'kind', reset_template.kind, 'locale', reset_template.locale));
END
$$;
ALTER FUNCTION auth.reset_template(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.reset_template(pg_catalog.text, pg_catalog.text)
    IS 'Put the texts of a message back to what is shipped.';
REVOKE EXECUTE ON FUNCTION auth.reset_template(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
