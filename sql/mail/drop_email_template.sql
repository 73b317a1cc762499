-- howdah.drop_email_template: a template goes; mails that have been asked for with it are still sent.
--
-- Runs as   definer: writes the templates.
-- Writes    one howdah.audit row when there was one.
-- Returns   whether there was one.
CREATE FUNCTION howdah.drop_email_template(
    name pg_catalog.text,
    locale pg_catalog.text DEFAULT ''
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.email_templates AS t
    WHERE t.name = drop_email_template.name AND t.locale = pg_catalog.lower(COALESCE(drop_email_template.locale, ''));
    RETURN howdah_private.record_removal(FOUND, 'drop_email_template', pg_catalog.jsonb_build_object(
        'name', drop_email_template.name, 'locale', drop_email_template.locale));
END
$$;
ALTER FUNCTION howdah.drop_email_template(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.drop_email_template(pg_catalog.text, pg_catalog.text)
    IS 'A template goes.';
REVOKE EXECUTE ON FUNCTION howdah.drop_email_template(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
