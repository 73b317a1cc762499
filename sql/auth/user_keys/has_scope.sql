-- auth.has_scope: may who asks do what this scope stands for? For policies: a signed-in user may all that he may; an API key only what its
-- scopes name ("*" names all, "orders:*" all that begins with "orders:").
--
-- Runs as   invoker: reads the request's claims.
CREATE FUNCTION auth.has_scope(scope pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN NOT COALESCE(c.claims ? 'api_key_id', false) THEN true
                ELSE EXISTS (SELECT 1 FROM pg_catalog.jsonb_array_elements_text(c.claims -> 'scopes') AS s (scope)
                             WHERE s.scope = has_scope.scope
                                OR pg_catalog.right(s.scope, 1) = '*'
                                   AND pg_catalog.starts_with(has_scope.scope, pg_catalog.left(s.scope, -1))) END
    FROM (SELECT auth.jwt() AS claims) AS c
$$;
COMMENT ON FUNCTION auth.has_scope(pg_catalog.text)
    IS 'May who asks do what this scope stands for? For policies.';
REVOKE EXECUTE ON FUNCTION auth.has_scope(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.has_scope(pg_catalog.text)
    TO anon, authenticated, service_role;
