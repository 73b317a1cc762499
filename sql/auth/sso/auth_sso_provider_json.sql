-- howdah_private.auth_sso_provider_json: an identity provider as the dialect shows it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_sso_provider_json(provider_id pg_catalog.uuid, with_metadata pg_catalog.bool)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                   'id', p.id, 'resource_id', p.resource_id, 'disabled', p.disabled,
                   'saml', pg_catalog.jsonb_build_object(
                       'entity_id', s.entity_id,
                       'metadata_xml', CASE WHEN auth_sso_provider_json.with_metadata THEN s.metadata_xml END,
                       'metadata_url', s.metadata_url,
                       'attribute_mapping', COALESCE(s.attribute_mapping, '{}'),
                       'name_id_format', s.name_id_format),
                   'domains', (SELECT COALESCE(pg_catalog.jsonb_agg(
                                   pg_catalog.jsonb_build_object('domain', d.domain) ORDER BY d.created_at, d.domain), '[]')
                               FROM auth.sso_domains AS d WHERE d.sso_provider_id = p.id),
                   'created_at', p.created_at, 'updated_at', p.updated_at))
        FROM auth.sso_providers AS p
        LEFT JOIN auth.saml_providers AS s ON s.sso_provider_id = p.id
        WHERE p.id = auth_sso_provider_json.provider_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_sso_provider_json(pg_catalog.uuid, pg_catalog.bool)
    IS 'An identity provider as the dialect shows it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_sso_provider_json(pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_sso_provider_json(pg_catalog.uuid, pg_catalog.bool)
    TO howdah_owner;
