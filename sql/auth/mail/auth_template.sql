-- howdah_private.auth_template: the texts of a message that are in force.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the row of auth.templates for the locale, else for its language (pt of pt-BR), else for all; what it leaves out (NULL),
--           and all of it where there is no row, as shipped; an empty part is none. layout: the frame, found likewise.
-- Raises    22023 for a message that does not exist.
CREATE FUNCTION howdah_private.auth_template(
    kind pg_catalog.text, locale pg_catalog.text,
    OUT subject pg_catalog.text, OUT html pg_catalog.text, OUT text pg_catalog.text, OUT layout pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_locales CONSTANT pg_catalog.text[] := ARRAY[
        pg_catalog.lower(auth_template.locale),
        pg_catalog.split_part(pg_catalog.lower(auth_template.locale), '-', 1), ''];
BEGIN
    SELECT NULLIF(COALESCE(t.subject, k.subject), ''), NULLIF(COALESCE(t.html, k.html), ''),
           NULLIF(COALESCE(t.text, k.text), '')
    INTO subject, html, text
    FROM howdah_private.auth_template_kinds() AS k
    LEFT JOIN auth.templates AS t ON t.kind = k.kind AND t.locale = ANY (v_locales)
    WHERE k.kind = auth_template.kind
    ORDER BY pg_catalog.array_position(v_locales, t.locale) LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no message "%"; auth.templates_all lists them', auth_template.kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT COALESCE(t.html, k.html) INTO layout
    FROM howdah_private.auth_template_kinds() AS k
    LEFT JOIN auth.templates AS t ON t.kind = k.kind AND t.locale = ANY (v_locales)
    WHERE k.kind = 'layout'
    ORDER BY pg_catalog.array_position(v_locales, t.locale) LIMIT 1;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_template(pg_catalog.text, pg_catalog.text)
    IS 'The texts of a message that are in force.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_template(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_template(pg_catalog.text, pg_catalog.text) TO howdah_owner;
