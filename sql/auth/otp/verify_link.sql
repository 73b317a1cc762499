-- auth.verify_link: a link from a mail, opened in a browser. GET /auth/v1/verify
--
-- Runs as   definer: as auth.verify.
-- Writes    as auth.verify; with a flow (PKCE), an auth code in the place of the session.
-- Returns   as howdah_private.auth_open_link; for a HEAD, or when a browser only prefetches, 303 to auth.confirm_page, whose
--           button opens the link.
CREATE FUNCTION auth.verify_link(
    token       pg_catalog.text DEFAULT NULL,
    type        pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF COALESCE(verify_link.token, '') <> '' AND COALESCE(verify_link.type, '') <> ''
        AND (pg_catalog.current_setting('request.method', true) = 'HEAD'
             OR howdah_private.request_header('sec-purpose') ~ 'prefetch'
             OR howdah_private.request_header('purpose') = 'prefetch') THEN
        RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url('confirm',
            pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                'token', verify_link.token, 'type', verify_link.type, 'redirect_to', verify_link.redirect_to)),
            NULL));
    END IF;
    RETURN howdah_private.auth_open_link(verify_link.token, verify_link.type, verify_link.redirect_to);
END
$$;
ALTER FUNCTION auth.verify_link(pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.verify_link(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'A link from a mail, opened in a browser.';
REVOKE EXECUTE ON FUNCTION auth.verify_link(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.verify_link(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
