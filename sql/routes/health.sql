-- auth.health: the answer of /auth/v1/health, in GoTrue's shape: clients of it look at "name".
CREATE FUNCTION auth.health()
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object(
        'version', howdah.version(),
        'name', 'GoTrue'::pg_catalog.text,
        'description', 'Howdah speaks the API of GoTrue'::pg_catalog.text)
$$;
COMMENT ON FUNCTION auth.health() IS 'The answer of /auth/v1/health.';
REVOKE EXECUTE ON FUNCTION auth.health() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.health() TO anon, authenticated, service_role;
