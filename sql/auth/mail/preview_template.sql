-- auth.preview_template: a message as it would be sent, with made-up values.
--
-- Runs as   definer: reads auth.templates.
-- Takes     variables: what is to stand in the place of the made-up values, like {"Data": {"name": "Ada"}}.
CREATE FUNCTION auth.preview_template(
    kind pg_catalog.text,
    locale pg_catalog.text DEFAULT '',
    variables pg_catalog.jsonb DEFAULT '{}',
    OUT subject pg_catalog.text, OUT html pg_catalog.text, OUT text pg_catalog.text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind CONSTANT pg_catalog.text := howdah_private.auth_mail_kind(preview_template.kind);
    v_asks CONSTANT pg_catalog.bool :=
        v_kind IN ('confirmation', 'invite', 'magic_link', 'recovery', 'email_change');
BEGIN
    SELECT r.subject, r.html, r.text INTO subject, html, text
    FROM howdah_private.auth_render(v_kind, COALESCE(preview_template.locale, ''),
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'SiteURL', COALESCE(NULLIF(auth.get('site_url'), ''), 'https://app.example.com'),
            'ConfirmationURL', CASE WHEN v_asks THEN howdah_private.auth_link_url(
                COALESCE(NULLIF(auth.get('api_external_url'), ''), 'https://api.example.com'),
                'confirm', 'TOKEN', 'signup', '') END,
            'Token', CASE WHEN v_asks OR v_kind = 'reauthentication' THEN '123456' END,
            'TokenHash', 'TOKEN', 'Code', '123456', 'Email', 'ada@example.com', 'NewEmail', 'ada@example.org',
            'OldEmail', 'ada@example.net', 'SendingTo', 'ada@example.com', 'Phone', '4930901820', 'OldPhone', '4930901821',
            'Provider', 'github', 'FactorType', 'totp', 'Address', '192.0.2.1', 'Agent', 'a browser',
            'At', '2026-01-31 12:00 UTC', 'Locale', NULLIF(preview_template.locale, ''),
            'Data', '{"name": "Ada"}'::pg_catalog.jsonb, 'Type', 'signup', 'Action', 'confirm',
            'Hidden', '{"token": "TOKEN"}'::pg_catalog.jsonb))
        || COALESCE(preview_template.variables, '{}')) AS r;
END
$$;
ALTER FUNCTION auth.preview_template(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.preview_template(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'A message as it would be sent, with made-up values.';
REVOKE EXECUTE ON FUNCTION auth.preview_template(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
