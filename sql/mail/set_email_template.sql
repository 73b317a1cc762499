-- howdah.set_email_template: what mails of a name say, for all or in one language, from the next mail on.
--
-- Runs as   definer: writes the templates.
-- Takes     minijinja's dialect of Jinja: {{ name }}, {% if %}, {% for %}; GoTrue's spelling {{ .name }} too. html is escaped whatever
--           the template says, and may begin with {% extends "layout" %}. layout: the template whose html is that frame; NULL: the
--           one named "layout". locale: empty for all, else like de or de-AT.
-- Writes    a new version; mails that have been asked for keep the one that they were asked for with. One howdah.audit row.
-- Raises    22023 for a name or locale that is none, a part that is not right: which, why, and in which line.
CREATE FUNCTION howdah.set_email_template(
    name pg_catalog.text,
    subject pg_catalog.text DEFAULT NULL,
    html pg_catalog.text DEFAULT NULL,
    text pg_catalog.text DEFAULT NULL,
    locale pg_catalog.text DEFAULT '',
    layout pg_catalog.text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_locale CONSTANT pg_catalog.text := pg_catalog.lower(COALESCE(set_email_template.locale, ''));
    v_id     pg_catalog.int8;
BEGIN
    IF set_email_template.name !~ '^[a-z][a-z0-9_.-]{0,99}$' OR v_locale !~ '^([a-z]{2,8}(-[a-z0-9]{1,8})*)?$' THEN
        RAISE EXCEPTION 'a template has a name like welcome or order.shipped, and a locale that is empty or like de or de-AT'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF COALESCE(set_email_template.html, set_email_template.text) IS NULL THEN
        RAISE EXCEPTION 'a template has html, text or both' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM howdah_private.mail_template_check(
        set_email_template.subject, set_email_template.html, set_email_template.text,
        CASE WHEN set_email_template.html ~ '[{]%-?\s*extends' THEN (
            SELECT v.html FROM howdah.email_templates AS t
            JOIN howdah.email_template_versions AS v ON v.id = t.version
            WHERE t.name = COALESCE(set_email_template.layout, 'layout') AND t.locale IN (v_locale, '')
            ORDER BY t.locale DESC LIMIT 1) ELSE '' END);
    INSERT INTO howdah.email_template_versions AS v (name, locale, subject, html, text, layout)
    VALUES (set_email_template.name, v_locale, set_email_template.subject, set_email_template.html,
            set_email_template.text, set_email_template.layout)
    RETURNING v.id INTO v_id;
    INSERT INTO howdah.email_templates AS t (name, locale, version)
    VALUES (set_email_template.name, v_locale, v_id)
    ON CONFLICT ON CONSTRAINT email_templates_pkey DO UPDATE SET version = excluded.version;
    PERFORM howdah_private.record_audit('set_email_template', pg_catalog.jsonb_build_object(
        'name', set_email_template.name, 'locale', v_locale));
END
$$;
ALTER FUNCTION howdah.set_email_template(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set_email_template(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'What mails of a name say, for all or in one language.';
REVOKE EXECUTE ON FUNCTION howdah.set_email_template(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
