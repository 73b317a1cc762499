-- howdah_private.mail_template: the version of a template that is in force, with its frame.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the one for the locale (de-at), else for its language (de), else for all; the frame, found likewise: the html of the
--           template that layout names, else of the template "layout", else NULL: the one of accounts' messages.
-- Raises    22023 for a template that does not exist.
CREATE FUNCTION howdah_private.mail_template(
    name pg_catalog.text,
    locale pg_catalog.text,
    OUT id pg_catalog.int8,
    OUT subject pg_catalog.text,
    OUT html pg_catalog.text,
    OUT text pg_catalog.text,
    OUT layout_id pg_catalog.int8,
    OUT layout pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_locale  CONSTANT pg_catalog.text := pg_catalog.lower(COALESCE(mail_template.locale, ''));
    v_locales CONSTANT pg_catalog.text[] := ARRAY[v_locale, pg_catalog.split_part(v_locale, '-', 1), ''];
BEGIN
    -- One statement: both are looked for at every mail.
    SELECT v.id, v.subject, v.html, v.text, l.id, l.html INTO id, subject, html, text, layout_id, layout
    FROM howdah.email_templates AS t
    JOIN howdah.email_template_versions AS v ON v.id = t.version
    LEFT JOIN (howdah.email_templates AS f JOIN howdah.email_template_versions AS l ON l.id = f.version)
        ON f.name = COALESCE(v.layout, 'layout') AND f.locale = ANY (v_locales)
    WHERE t.name = mail_template.name AND t.locale = ANY (v_locales)
    ORDER BY pg_catalog.array_position(v_locales, t.locale), pg_catalog.array_position(v_locales, f.locale) LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no mail template "%"', mail_template.name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'howdah.set_email_template makes one.';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_template(pg_catalog.text, pg_catalog.text)
    IS 'The version of a template that is in force, with its frame.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_template(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_template(pg_catalog.text, pg_catalog.text) TO howdah_owner;
