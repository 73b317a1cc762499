-- auth.admin_create_sso_provider: POST /admin/sso/providers. Kept only: nobody signs in by SAML.
--
-- Runs as   definer: writes auth.sso_providers, saml_providers, sso_domains.
-- Writes    the provider, one audit row.
-- Returns   201 and the provider; 400 validation_failed | sso_domain_already_exists; 422 saml_idp_already_exists; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_create_sso_provider(
    type pg_catalog.text DEFAULT NULL,
    metadata_xml pg_catalog.text DEFAULT NULL,
    metadata_url pg_catalog.text DEFAULT NULL,
    domains pg_catalog.text[] DEFAULT NULL,
    attribute_mapping pg_catalog.jsonb DEFAULT NULL,
    name_id_format pg_catalog.text DEFAULT NULL,
    resource_id pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_given   record;
    v_id      pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_table   pg_catalog.text;
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF admin_create_sso_provider.type IS DISTINCT FROM 'saml' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Only ''saml'' supported for SSO provider type');
    END IF;
    SELECT c.* INTO v_given FROM howdah_private.auth_check_sso_provider(
        NULL, admin_create_sso_provider.metadata_xml, admin_create_sso_provider.metadata_url, admin_create_sso_provider.domains,
        admin_create_sso_provider.attribute_mapping, admin_create_sso_provider.name_id_format) AS c;
    IF (v_given.refusal).status IS NOT NULL THEN
        RETURN v_given.refusal;
    END IF;
    BEGIN
        INSERT INTO auth.sso_providers (id, resource_id, created_at, updated_at)
        VALUES (v_id, NULLIF(admin_create_sso_provider.resource_id, ''), pg_catalog.now(), pg_catalog.now());
        INSERT INTO auth.saml_providers (id, sso_provider_id, entity_id, metadata_xml, attribute_mapping, name_id_format, created_at, updated_at)
        VALUES (pg_catalog.gen_random_uuid(), v_id, v_given.entity_id, admin_create_sso_provider.metadata_xml,
                COALESCE(admin_create_sso_provider.attribute_mapping, '{}'), NULLIF(admin_create_sso_provider.name_id_format, ''),
                pg_catalog.now(), pg_catalog.now());
        PERFORM howdah_private.auth_set_sso_domains(v_id, v_given.domains);
    EXCEPTION
        WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS v_table = TABLE_NAME;
            RETURN CASE WHEN v_table = 'saml_providers' THEN howdah_private.auth_refuse('saml_idp_already_exists', pg_catalog.format(
                            'SAML Identity Provider with this EntityID (%s) already exists', v_given.entity_id))
                        ELSE howdah_private.auth_refuse('conflict') END;
    END;
    PERFORM howdah_private.auth_audit('sso_provider_created', NULL, pg_catalog.jsonb_build_object('sso_provider_id', v_id));
    RETURN howdah_private.auth_reply(howdah_private.auth_sso_provider_json(v_id, true), 201);
END
$$;
ALTER FUNCTION auth.admin_create_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                              pg_catalog.jsonb, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_create_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                   pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text,
                                                   pg_catalog.text)
    IS 'POST /admin/sso/providers.';
REVOKE EXECUTE ON FUNCTION auth.admin_create_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                          pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text,
                                                          pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_create_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                         pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text,
                                                         pg_catalog.text)
    TO anon, authenticated, service_role;
