-- howdah_private.mail_page: the headers of a page that we show: no script, nothing loaded, nothing kept.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.mail_page(
    policy pg_catalog.text DEFAULT 'default-src ''none''; style-src ''unsafe-inline''; form-action ''self''; base-uri ''none''; frame-ancestors ''none''',
    type pg_catalog.text DEFAULT 'text/html; charset=utf-8'
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.set_config('response.headers', pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_build_object('Content-Type', mail_page.type),
        pg_catalog.jsonb_build_object('Content-Security-Policy', mail_page.policy),
        pg_catalog.jsonb_build_object('Referrer-Policy', 'no-referrer'),
        pg_catalog.jsonb_build_object('X-Content-Type-Options', 'nosniff'),
        pg_catalog.jsonb_build_object('X-Robots-Tag', 'noindex'),
        pg_catalog.jsonb_build_object('Cache-Control', 'no-store'))::pg_catalog.text, true);
END
$$;
COMMENT ON FUNCTION howdah_private.mail_page(pg_catalog.text, pg_catalog.text)
    IS 'The headers of a page that we show.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_page(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_page(pg_catalog.text, pg_catalog.text) TO howdah_owner;
