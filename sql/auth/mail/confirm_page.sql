-- auth.confirm_page: a page with one button, which opens a mail's link. GET /auth/v1/confirm
--
-- Programs that read mail before people do open its links; they do not press buttons. The page looks nothing up and takes no
-- secret: what it is given it gives back, escaped, in a form. It is the message page_confirm of auth.templates, in the first
-- language of the browser that there is.
--
-- Runs as   definer: reads auth.templates.
-- Returns   HTML under a policy that runs no script and loads nothing. The policy has no form-action: browsers hold that against
--           redirects too, and this form's ends at the app.
CREATE FUNCTION auth.confirm_page(
    token       pg_catalog.text DEFAULT NULL,
    type        pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_locale pg_catalog.text;
    v_page   pg_catalog.text;
BEGIN
    PERFORM pg_catalog.set_config('response.headers', pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_build_object('Content-Type', 'text/html; charset=utf-8'),
        pg_catalog.jsonb_build_object('Content-Security-Policy',
            'default-src ''none''; style-src ''unsafe-inline''; base-uri ''none''; frame-ancestors ''none'''),
        pg_catalog.jsonb_build_object('Referrer-Policy', 'no-referrer'),
        pg_catalog.jsonb_build_object('X-Content-Type-Options', 'nosniff'),
        pg_catalog.jsonb_build_object('X-Frame-Options', 'DENY'),
        pg_catalog.jsonb_build_object('X-Robots-Tag', 'noindex'),
        pg_catalog.jsonb_build_object('Cache-Control', 'no-store'))::pg_catalog.text, true);
    v_locale := COALESCE((
        SELECT t.locale
        FROM pg_catalog.regexp_split_to_table(
            pg_catalog."left"(pg_catalog.lower(howdah_private.request_header('accept-language')), 200), '[ ,]+')
            WITH ORDINALITY AS w (wanted, n)
        JOIN auth.templates AS t ON t.kind = 'page_confirm' AND t.locale IN (
            pg_catalog.split_part(w.wanted, ';', 1), pg_catalog.substring(w.wanted, '^[a-z]+'))
        WHERE t.locale <> ''
        ORDER BY w.n, pg_catalog.length(t.locale) DESC LIMIT 1), auth.get('mailer_default_locale'));
    SELECT r.html INTO v_page
    FROM howdah_private.auth_render('page_confirm', v_locale, pg_catalog.jsonb_build_object(
        'SiteURL', auth.get('site_url'),
        'Locale', v_locale,
        'Type', COALESCE(confirm_page.type, ''),
        'Action', 'confirm',
        'Hidden', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'token', pg_catalog."left"(confirm_page.token, 4096), 'type', pg_catalog."left"(confirm_page.type, 64),
            'redirect_to', pg_catalog."left"(confirm_page.redirect_to, 4096))))) AS r;
    RETURN v_page;
END
$$;
ALTER FUNCTION auth.confirm_page(pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.confirm_page(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'A page with one button, which opens a mail''s link.';
REVOKE EXECUTE ON FUNCTION auth.confirm_page(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION auth.confirm_page(pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
