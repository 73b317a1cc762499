-- howdah_private.auth_update_providers: app_metadata.provider and .providers after identities have come or gone.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_update_providers(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE auth.users AS u
    SET raw_app_meta_data = COALESCE(u.raw_app_meta_data, '{}')
            || howdah_private.auth_provider_list(u.id, u.raw_app_meta_data),
        updated_at = pg_catalog.now()
    WHERE u.id = auth_update_providers.user_id
      AND u.raw_app_meta_data IS DISTINCT FROM COALESCE(u.raw_app_meta_data, '{}')
            || howdah_private.auth_provider_list(u.id, u.raw_app_meta_data);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_update_providers(pg_catalog.uuid) IS 'The providers in app_metadata.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_update_providers(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_update_providers(pg_catalog.uuid) TO howdah_owner;
