-- howdah_private.auth_lock_owners: lock an organisation against other changes of its members until the transaction ends.
--
-- Two owners who leave at once would each see the other and leave none: one waits here.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_lock_owners(organization_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM 1 FROM auth.organizations AS o WHERE o.id = auth_lock_owners.organization_id FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_lock_owners(pg_catalog.uuid)
    IS 'Lock an organisation against other changes of its members.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_lock_owners(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_lock_owners(pg_catalog.uuid)
    TO howdah_owner;
