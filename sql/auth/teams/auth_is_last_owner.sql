-- howdah_private.auth_is_last_owner: is this user the only owner of an organisation?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, after auth_lock_owners.
CREATE FUNCTION howdah_private.auth_is_last_owner(organization_id pg_catalog.uuid, user_id pg_catalog.uuid)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM auth.organization_members AS m
                   WHERE m.organization_id = auth_is_last_owner.organization_id
                     AND m.user_id = auth_is_last_owner.user_id AND m.role = 'owner')
       AND NOT EXISTS (SELECT 1 FROM auth.organization_members AS m
                       WHERE m.organization_id = auth_is_last_owner.organization_id
                         AND m.role = 'owner' AND m.user_id <> auth_is_last_owner.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_is_last_owner(pg_catalog.uuid, pg_catalog.uuid)
    IS 'Is this user the only owner of an organisation?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_is_last_owner(pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_is_last_owner(pg_catalog.uuid, pg_catalog.uuid)
    TO howdah_owner;
