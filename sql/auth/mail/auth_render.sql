-- howdah_private.auth_render: a message of its template.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   subject, html, text. A template of the DBA's that fails (it was tried when it was set, but not with these values) is
--           a WARNING in the server's log, and the shipped one is sent: nobody is locked out by it.
CREATE FUNCTION howdah_private.auth_render(
    kind pg_catalog.text, locale pg_catalog.text, variables pg_catalog.jsonb,
    OUT subject pg_catalog.text, OUT html pg_catalog.text, OUT text pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem pg_catalog.text;
BEGIN
    SELECT r.subject, r.html, r.text, r.problem INTO subject, html, text, v_problem
    FROM howdah_private.auth_template(auth_render.kind, auth_render.locale) AS t,
         howdah_private.auth_template_render(
             auth_render.kind, t.subject, t.html, t.text, t.layout, auth_render.variables) AS r;
    IF v_problem IS NULL THEN
        RETURN;
    END IF;
    RAISE WARNING 'auth: template % (locale %) failed: %; the shipped one is sent',
        auth_render.kind, auth_render.locale, v_problem;
    SELECT r.subject, r.html, r.text INTO subject, html, text
    FROM howdah_private.auth_template_kinds() AS k
    CROSS JOIN (SELECT l.html FROM howdah_private.auth_template_kinds() AS l WHERE l.kind = 'layout') AS l,
         howdah_private.auth_template_render(
             auth_render.kind, k.subject, k.html, k.text, l.html, auth_render.variables) AS r
    WHERE k.kind = auth_render.kind;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_render(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'A message of its template.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_render(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_render(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
