-- howdah_private.auth_load_sso_provider: the identity provider that an admin endpoint's path names.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_load_sso_provider(
    idp_id pg_catalog.text,
    OUT id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    refusal := howdah_private.auth_require_admin();
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT p.id INTO id FROM auth.sso_providers AS p WHERE p.id = howdah_private.auth_read_uuid(auth_load_sso_provider.idp_id);
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse_as(404, 'sso_provider_not_found', 'SSO Identity Provider not found');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_load_sso_provider(pg_catalog.text)
    IS 'The identity provider that an admin endpoint''s path names.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_load_sso_provider(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_load_sso_provider(pg_catalog.text)
    TO howdah_owner;
