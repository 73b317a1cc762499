-- howdah_private.auth_oauth_error: an error in the form of RFC 6749, 5.2, for the token and registration endpoints.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_oauth_error(
    error pg_catalog.text, description pg_catalog.text, status pg_catalog.int4 DEFAULT 400)
RETURNS auth.answer
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(
        auth_oauth_error.status,
        pg_catalog.jsonb_build_object('error', auth_oauth_error.error, 'error_description', auth_oauth_error.description),
        CASE WHEN auth_oauth_error.status = 401 THEN
            '{"Cache-Control": "no-store", "WWW-Authenticate": "Basic realm=\"oauth\""}'::pg_catalog.jsonb
        ELSE '{"Cache-Control": "no-store"}'::pg_catalog.jsonb END)::auth.answer
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_error(pg_catalog.text, pg_catalog.text, pg_catalog.int4)
    IS 'An error in the form of RFC 6749, 5.2.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_error(pg_catalog.text, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_error(pg_catalog.text, pg_catalog.text, pg_catalog.int4) TO howdah_owner;
