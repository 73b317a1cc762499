-- howdah_private.auth_load_custom_provider: may who asks see to this custom provider, and is there one?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the refusal; status NULL if so.
CREATE FUNCTION howdah_private.auth_load_custom_provider(identifier pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF COALESCE(auth_load_custom_provider.identifier, '') NOT LIKE 'custom:%' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'identifier must start with ''custom:'' prefix');
    ELSIF NOT EXISTS (SELECT 1 FROM auth.custom_providers AS c WHERE c.identifier = auth_load_custom_provider.identifier) THEN
        RETURN howdah_private.auth_refuse('custom_provider_not_found');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_load_custom_provider(pg_catalog.text)
    IS 'May who asks see to this custom provider, and is there one?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_load_custom_provider(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_load_custom_provider(pg_catalog.text)
    TO howdah_owner;
