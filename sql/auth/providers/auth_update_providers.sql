-- howdah_private.auth_update_providers: app_metadata.provider and .providers after identities have come or gone, oldest first.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_update_providers(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_names pg_catalog.jsonb;
BEGIN
    SELECT pg_catalog.jsonb_agg(n.provider ORDER BY n.first, n.provider) INTO v_names
    FROM (SELECT i.provider, pg_catalog.min(i.created_at) AS first FROM auth.identities AS i
          WHERE i.user_id = auth_update_providers.user_id GROUP BY i.provider) AS n;
    UPDATE auth.users AS u
    SET raw_app_meta_data = COALESCE(u.raw_app_meta_data, '{}') || pg_catalog.jsonb_build_object(
            'provider', COALESCE(v_names -> 0, 'null'), 'providers', COALESCE(v_names, '[]')),
        updated_at = pg_catalog.now()
    WHERE u.id = auth_update_providers.user_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_update_providers(pg_catalog.uuid) IS 'The providers in app_metadata.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_update_providers(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_update_providers(pg_catalog.uuid) TO howdah_owner;
