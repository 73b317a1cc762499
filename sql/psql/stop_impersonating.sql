-- howdah.stop_impersonating: be oneself again.
--
-- Runs as   invoker; the roles that one may be in the guise of may execute it. It does what RESET ROLE
--           does, and like it is refused inside a request.
CREATE FUNCTION howdah.stop_impersonating()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.set_config('role', 'none', false);
    PERFORM pg_catalog.set_config('request.jwt.claims', '', false);
END
$$;
COMMENT ON FUNCTION howdah.stop_impersonating() IS 'Be oneself again, after howdah.impersonate().';
REVOKE EXECUTE ON FUNCTION howdah.stop_impersonating() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.stop_impersonating() TO anon, authenticated, service_role;
