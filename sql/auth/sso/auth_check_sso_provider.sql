-- howdah_private.auth_check_sso_provider: what is given for an identity provider, read before anything is written.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the metadata's entityID (NULL if none is given), the domains in lower case; or the refusal.
-- Arguments provider_id: of the provider that is changed, NULL for a new one.
CREATE FUNCTION howdah_private.auth_check_sso_provider(
    provider_id pg_catalog.uuid,
    metadata_xml pg_catalog.text,
    metadata_url pg_catalog.text,
    INOUT domains pg_catalog.text[],
    attribute_mapping pg_catalog.jsonb,
    name_id_format pg_catalog.text,
    OUT entity_id pg_catalog.text,
    OUT refusal auth.answer
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_formats CONSTANT pg_catalog.text[] := ARRAY[
        'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        'urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'];
    v_problem pg_catalog.text;
    v_taken   pg_catalog.text;
BEGIN
    domains := ARRAY(SELECT DISTINCT pg_catalog.lower(pg_catalog.btrim(d.domain))
                     FROM pg_catalog.unnest(auth_check_sso_provider.domains) AS d (domain) ORDER BY 1);
    IF COALESCE(metadata_xml, '') <> '' AND COALESCE(metadata_url, '') <> '' THEN
        v_problem := 'Only one of metadata_xml or metadata_url needs to be set';
    ELSIF COALESCE(metadata_url, '') <> '' THEN
        v_problem := 'metadata_url is not fetched: send metadata_xml';
    ELSIF COALESCE(metadata_xml, '') <> '' THEN
        SELECT m.entity_id, m.problem INTO entity_id, v_problem FROM howdah_private.auth_read_saml_metadata(metadata_xml) AS m;
    ELSIF provider_id IS NULL THEN
        v_problem := 'Either metadata_xml or metadata_url must be set';
    END IF;
    v_problem := COALESCE(v_problem, CASE
        WHEN COALESCE(name_id_format, '') <> '' AND name_id_format <> ALL (c_formats) THEN
            'name_id_format must be unspecified or one of ' || pg_catalog.array_to_string(c_formats, ', ')
        WHEN pg_catalog.jsonb_typeof(attribute_mapping) NOT IN ('object', 'null') THEN 'attribute_mapping must be an object'
        WHEN EXISTS (SELECT 1 FROM pg_catalog.unnest(domains) AS d (domain)
                     WHERE d.domain !~ '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$'
                        OR pg_catalog.length(d.domain) > 253) THEN 'domains must be names like example.com' END);
    IF v_problem IS NOT NULL THEN
        refusal := howdah_private.auth_refuse('validation_failed', v_problem);
        RETURN;
    END IF;
    SELECT d.domain INTO v_taken FROM auth.sso_domains AS d
    WHERE pg_catalog.lower(d.domain) = ANY (auth_check_sso_provider.domains)
      AND d.sso_provider_id IS DISTINCT FROM auth_check_sso_provider.provider_id
    LIMIT 1;
    IF FOUND THEN
        refusal := howdah_private.auth_refuse('sso_domain_already_exists', pg_catalog.format(
            'SSO domain ''%s'' is already assigned to another SSO identity provider', v_taken));
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_sso_provider(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                           pg_catalog.text[], pg_catalog.jsonb, pg_catalog.text)
    IS 'What is given for an identity provider, read before anything is written.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_sso_provider(pg_catalog.uuid, pg_catalog.text,
                                                                  pg_catalog.text, pg_catalog.text[],
                                                                  pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_sso_provider(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                                 pg_catalog.text[], pg_catalog.jsonb,
                                                                 pg_catalog.text)
    TO howdah_owner;
