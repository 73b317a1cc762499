-- howdah_private.auth_organization_json: an organisation as its members see it, with the role of one of them.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_organization_json(id pg_catalog.uuid, role pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
            'id', o.id, 'name', o.name, 'slug', o.slug, 'metadata', o.metadata, 'role', auth_organization_json.role,
            'created_at', o.created_at, 'updated_at', o.updated_at)
        FROM auth.organizations AS o WHERE o.id = auth_organization_json.id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_organization_json(pg_catalog.uuid, pg_catalog.text)
    IS 'An organisation as its members see it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_organization_json(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_organization_json(pg_catalog.uuid, pg_catalog.text)
    TO howdah_owner;
