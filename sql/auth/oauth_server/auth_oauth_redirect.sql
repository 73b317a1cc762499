-- howdah_private.auth_add_query: an address with more query parameters; NULL ones are left out.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_add_query(address pg_catalog.text, parameters pg_catalog.jsonb)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT auth_add_query.address
        || CASE WHEN pg_catalog.strpos(auth_add_query.address, '?') > 0 THEN '&' ELSE '?' END
        || pg_catalog.string_agg(p.key || '=' || howdah_private.percent_encode(p.value), '&' ORDER BY p.key)
    FROM pg_catalog.jsonb_each_text(auth_add_query.parameters) AS p
    WHERE p.value IS NOT NULL
$$;
COMMENT ON FUNCTION howdah_private.auth_add_query(pg_catalog.text, pg_catalog.jsonb) IS 'An address with more query parameters.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_add_query(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_add_query(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
