-- howdah_private.auth_provider_list: provider and providers of app_metadata, from the identities that a user has.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   {} for a user without identities; provider stays what it was while he has it.
CREATE FUNCTION howdah_private.auth_provider_list(user_id pg_catalog.uuid, kept pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_providers pg_catalog.text[];
BEGIN
    SELECT pg_catalog.array_agg(p.provider ORDER BY p.since, p.provider) INTO v_providers
    FROM (SELECT i.provider, pg_catalog.min(i.created_at) AS since
          FROM auth.identities AS i WHERE i.user_id = auth_provider_list.user_id GROUP BY 1) AS p;
    IF v_providers IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'provider', CASE WHEN auth_provider_list.kept ->> 'provider' = ANY (v_providers)
                         THEN auth_provider_list.kept ->> 'provider' ELSE v_providers[1] END,
        'providers', v_providers);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_provider_list(pg_catalog.uuid, pg_catalog.jsonb)
    IS 'provider and providers of app_metadata, from a user''s identities.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_provider_list(pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_provider_list(pg_catalog.uuid, pg_catalog.jsonb)
    TO howdah_owner;
