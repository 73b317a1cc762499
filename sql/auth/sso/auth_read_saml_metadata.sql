-- howdah_private.auth_read_saml_metadata: the entityID of an identity provider's metadata.
--
-- Nothing is trusted by it: nobody signs in by SAML. What is looked for is only what tells the document from any other.
--
-- Runs as   invoker.
-- Returns   the entityID, or what is wrong.
CREATE FUNCTION howdah_private.auth_read_saml_metadata(
    metadata_xml pg_catalog.text,
    OUT entity_id pg_catalog.text,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_xml pg_catalog.text := auth_read_saml_metadata.metadata_xml;
    v_idp pg_catalog.int8;
BEGIN
    IF pg_catalog.length(v_xml) > 262144 THEN
        problem := 'metadata_xml is longer than 256 KB';
    ELSIF v_xml ~ '<!' THEN
        problem := 'SAML Metadata must have no DTD and no comments';
    ELSE
        entity_id := NULLIF(pg_catalog.btrim(pg_catalog.substring(
            v_xml, '<(?:[A-Za-z0-9_.-]+:)?EntityDescriptor\s(?:[^<>]*\s)?entityID\s*=\s*["'']([^"''<>&]*)["'']')), '');
        SELECT pg_catalog.count(*) INTO v_idp
        FROM pg_catalog.regexp_matches(v_xml, '<(?:[A-Za-z0-9_.-]+:)?IDPSSODescriptor[\s>]', 'g');
        problem := CASE
            WHEN entity_id IS NULL THEN 'SAML Metadata does not contain an EntityID'
            WHEN v_idp = 0 THEN 'SAML Metadata does not contain any IDPSSODescriptor'
            WHEN v_idp > 1 THEN 'SAML Metadata contains multiple IDPSSODescriptors' END;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_saml_metadata(pg_catalog.text)
    IS 'The entityID of an identity provider''s metadata.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_saml_metadata(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_saml_metadata(pg_catalog.text)
    TO howdah_owner;
