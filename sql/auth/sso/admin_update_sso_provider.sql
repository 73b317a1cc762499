-- auth.admin_update_sso_provider: PUT /admin/sso/providers/{idp_id}: what is given, the rest stays; domains, if given, are these and no others.
--
-- Runs as   definer: writes auth.sso_providers, saml_providers, sso_domains.
-- Writes    the provider, one audit row.
-- Returns   200 and the provider; 400 validation_failed | saml_entity_id_mismatch | sso_domain_already_exists; 404; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_update_sso_provider(
    idp_id pg_catalog.text DEFAULT NULL,
    metadata_xml pg_catalog.text DEFAULT NULL,
    metadata_url pg_catalog.text DEFAULT NULL,
    domains pg_catalog.text[] DEFAULT NULL,
    attribute_mapping pg_catalog.jsonb DEFAULT NULL,
    name_id_format pg_catalog.text DEFAULT NULL,
    disabled pg_catalog.bool DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_provider record;
    v_given    record;
    v_entity   pg_catalog.text;
BEGIN
    SELECT l.* INTO v_provider FROM howdah_private.auth_load_sso_provider(admin_update_sso_provider.idp_id) AS l;
    IF v_provider.id IS NULL THEN
        RETURN v_provider.refusal;
    END IF;
    SELECT c.* INTO v_given FROM howdah_private.auth_check_sso_provider(
        v_provider.id, admin_update_sso_provider.metadata_xml, admin_update_sso_provider.metadata_url,
        admin_update_sso_provider.domains, admin_update_sso_provider.attribute_mapping,
        admin_update_sso_provider.name_id_format) AS c;
    IF (v_given.refusal).status IS NOT NULL THEN
        RETURN v_given.refusal;
    END IF;
    SELECT s.entity_id INTO v_entity FROM auth.saml_providers AS s WHERE s.sso_provider_id = v_provider.id;
    IF v_given.entity_id <> v_entity THEN
        RETURN howdah_private.auth_refuse('saml_entity_id_mismatch', pg_catalog.format(
            'SAML Metadata can be updated only if the EntityID matches for the provider; expected ''%s'' but got ''%s''',
            v_entity, v_given.entity_id));
    END IF;
    BEGIN
        UPDATE auth.saml_providers AS s
        SET metadata_xml = COALESCE(NULLIF(admin_update_sso_provider.metadata_xml, ''), s.metadata_xml),
            attribute_mapping = COALESCE(admin_update_sso_provider.attribute_mapping, s.attribute_mapping),
            name_id_format = COALESCE(NULLIF(admin_update_sso_provider.name_id_format, ''), s.name_id_format),
            updated_at = pg_catalog.now()
        WHERE s.sso_provider_id = v_provider.id;
        IF admin_update_sso_provider.domains IS NOT NULL THEN
            PERFORM howdah_private.auth_set_sso_domains(v_provider.id, v_given.domains);
        END IF;
        UPDATE auth.sso_providers AS p
        SET disabled = COALESCE(admin_update_sso_provider.disabled, p.disabled), updated_at = pg_catalog.now()
        WHERE p.id = v_provider.id;
    EXCEPTION
        WHEN unique_violation THEN
            RETURN howdah_private.auth_refuse('conflict');
    END;
    PERFORM howdah_private.auth_audit('sso_provider_updated', NULL, pg_catalog.jsonb_build_object('sso_provider_id', v_provider.id));
    RETURN howdah_private.auth_reply(howdah_private.auth_sso_provider_json(v_provider.id, true));
END
$$;
ALTER FUNCTION auth.admin_update_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                              pg_catalog.jsonb, pg_catalog.text, pg_catalog.bool)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_update_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                   pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text,
                                                   pg_catalog.bool)
    IS 'PUT /admin/sso/providers/{idp_id}.';
REVOKE EXECUTE ON FUNCTION auth.admin_update_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                          pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text,
                                                          pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_update_sso_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                         pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text,
                                                         pg_catalog.bool)
    TO anon, authenticated, service_role;
