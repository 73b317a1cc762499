-- auth.set_template: the texts of a message, for all or for one language, from the next message on.
--
-- Runs as   definer: writes auth.templates.
-- Takes     kind as auth.templates_all lists them; layout is the frame of all HTML mails. A part that is NULL stays as shipped, an
--           empty one is left out. locale: empty for all, else like de or pt-BR. Variables as GoTrue writes them, {{ .Email }}, or as
--           Jinja does, {{ Email }}; HTML is escaped whatever the template says.
-- Writes    the row, and one howdah.audit row that names it.
-- Raises    22023 if there is no such message, or if a part does not render: which, why, and in which line.
CREATE FUNCTION auth.set_template(
    kind pg_catalog.text,
    subject pg_catalog.text DEFAULT NULL,
    html pg_catalog.text DEFAULT NULL,
    text pg_catalog.text DEFAULT NULL,
    locale pg_catalog.text DEFAULT ''
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_locale  CONSTANT pg_catalog.text := pg_catalog.lower(COALESCE(set_template.locale, ''));
    v_shipped record;
    v_layout  pg_catalog.text;
BEGIN
    IF v_locale !~ '^([a-z]{2,8}(-[a-z0-9]{1,8})*)?$' THEN
        RAISE EXCEPTION 'a locale is empty, or like de or pt-BR' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT k.subject, k.html, k.text INTO v_shipped
    FROM howdah_private.auth_template_kinds() AS k WHERE k.kind = set_template.kind;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no message "%"; auth.templates_all lists them', set_template.kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT t.layout INTO v_layout FROM howdah_private.auth_template('confirmation', v_locale) AS t;
    PERFORM howdah_private.auth_template_check(
        set_template.kind,
        NULLIF(COALESCE(set_template.subject, v_shipped.subject), ''),
        NULLIF(COALESCE(set_template.html, v_shipped.html), ''),
        NULLIF(COALESCE(set_template.text, v_shipped.text), ''),
        CASE WHEN set_template.kind = 'layout' THEN '' ELSE v_layout END);
    INSERT INTO auth.templates AS t (kind, locale, subject, html, text)
    VALUES (set_template.kind, v_locale, set_template.subject, set_template.html, set_template.text)
    ON CONFLICT ON CONSTRAINT templates_pkey
    DO UPDATE SET subject = excluded.subject, html = excluded.html, text = excluded.text,
                  updated_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('auth.set_template', pg_catalog.jsonb_build_object(
        'kind', set_template.kind, 'locale', v_locale));
END
$$;
ALTER FUNCTION auth.set_template(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.set_template(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'The texts of a message, for all or for one language.';
REVOKE EXECUTE
    ON FUNCTION auth.set_template(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
