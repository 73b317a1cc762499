-- howdah_private.auth_factor_json: a row of auth.mfa_factors as the dialect shows it; never its secret.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_factor_json(factor pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'id', f.factor -> 'id', 'created_at', f.factor -> 'created_at', 'updated_at', f.factor -> 'updated_at',
        'status', f.factor -> 'status', 'friendly_name', f.factor -> 'friendly_name', 'factor_type', f.factor -> 'factor_type',
        'phone', f.factor -> 'phone', 'last_challenged_at', f.factor -> 'last_challenged_at'))
    FROM (SELECT auth_factor_json.factor) AS f
$$;
COMMENT ON FUNCTION howdah_private.auth_factor_json(pg_catalog.jsonb)
    IS 'A factor as the dialect shows it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_factor_json(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_factor_json(pg_catalog.jsonb)
    TO howdah_owner;
