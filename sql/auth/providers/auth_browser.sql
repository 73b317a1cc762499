-- howdah_private.auth_browser: the cookie by which a browser that is sent to a provider is known when it comes back.
--
-- Who starts a flow and has another's browser end it (login CSRF) has not the other's cookie. __Host-: only this host over
-- TLS can have set it, so nobody can plant one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   hash: SHA-256 of what the browser has, or of a new one if it may be made; cookie: the header that sets it.
CREATE FUNCTION howdah_private.auth_browser(
    make pg_catalog.bool,
    form_post pg_catalog.bool,
    OUT hash pg_catalog.text,
    OUT cookie pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_secure pg_catalog.bool := howdah_private.auth_provider_callback() LIKE 'https:%';
    v_name   pg_catalog.text := CASE WHEN v_secure THEN '__Host-howdah-browser' ELSE 'howdah-browser' END;
    v_value  pg_catalog.text := pg_catalog."substring"(
        howdah_private.request_header('cookie'), '(?:^|; ?)' || v_name || '=([A-Za-z0-9_-]{43})(?:;|$)');
BEGIN
    IF auth_browser.make THEN
        v_value := COALESCE(v_value, howdah_private.random_token(32));
        cookie := pg_catalog.format('%s=%s; Path=/; Max-Age=%s; HttpOnly; SameSite=%s%s',
            v_name, v_value, auth.get('external_flow_state_expiry_duration'),
            -- A form that another site posts comes with cookies of this kind only.
            CASE WHEN auth_browser.form_post AND v_secure THEN 'None' ELSE 'Lax' END,
            CASE WHEN v_secure THEN '; Secure' ELSE '' END);
    END IF;
    hash := howdah_private.auth_token_digest(v_value);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_browser(
    pg_catalog.bool, pg_catalog.bool) IS 'The cookie by which a browser is known when it comes back.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_browser(pg_catalog.bool, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_browser(pg_catalog.bool, pg_catalog.bool) TO howdah_owner;
