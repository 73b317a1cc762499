-- auth.confirm_link: the button of auth.confirm_page was pressed. POST /auth/v1/confirm
--
-- Runs as   definer: as auth.verify.
-- Writes    as howdah_private.auth_open_link.
-- Returns   as howdah_private.auth_open_link.
CREATE FUNCTION auth.confirm_link(
    token       pg_catalog.text DEFAULT NULL,
    type        pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN howdah_private.auth_open_link(confirm_link.token, confirm_link.type, confirm_link.redirect_to);
END
$$;
ALTER FUNCTION auth.confirm_link(pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.confirm_link(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'The button of auth.confirm_page was pressed.';
REVOKE EXECUTE ON FUNCTION auth.confirm_link(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.confirm_link(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
