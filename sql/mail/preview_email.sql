-- howdah.preview_email: a mail of a template as it would be sent.
--
-- Runs as   definer: reads the templates.
-- Raises    22023 for a template that does not exist, or does not render with these variables: which part, why, in which line.
CREATE FUNCTION howdah.preview_email(
    template pg_catalog.text,
    vars pg_catalog.jsonb DEFAULT '{}',
    locale pg_catalog.text DEFAULT '',
    OUT subject pg_catalog.text,
    OUT html pg_catalog.text,
    OUT text pg_catalog.text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT r.subject, r.html, r.text INTO subject, html, text
    FROM howdah_private.mail_template(preview_email.template, preview_email.locale) AS t,
         howdah_private.mail_template_render(
             t.subject, t.html, t.text, t.layout, COALESCE(preview_email.vars, '{}')) AS r;
END
$$;
ALTER FUNCTION howdah.preview_email(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.preview_email(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    IS 'A mail of a template as it would be sent.';
REVOKE EXECUTE ON FUNCTION howdah.preview_email(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.preview_email(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) TO service_role;
