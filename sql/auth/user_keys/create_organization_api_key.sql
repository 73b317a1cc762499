-- auth.create_organization_api_key: POST /organizations/{organization_id}/api_keys: a key with which programs act for an organisation, as
-- nobody in person: auth.uid() is null, auth.member_of is true for this one.
--
-- Runs as   definer: writes auth.api_keys.
-- Returns   what auth_make_api_key answers; what auth_org_key_caller refuses.
CREATE FUNCTION auth.create_organization_api_key(
    organization_id pg_catalog.text DEFAULT NULL,
    name pg_catalog.text DEFAULT NULL,
    scopes pg_catalog.text[] DEFAULT NULL,
    expires_in pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_org_key_caller(create_organization_api_key.organization_id) AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_make_api_key(
        v_caller.user_id, v_caller.id, create_organization_api_key.name, create_organization_api_key.scopes,
        create_organization_api_key.expires_in);
END
$$;
ALTER FUNCTION auth.create_organization_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.create_organization_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                     pg_catalog.text)
    IS 'POST /organizations/{organization_id}/api_keys.';
REVOKE EXECUTE ON FUNCTION auth.create_organization_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                            pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.create_organization_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                           pg_catalog.text)
    TO anon, authenticated, service_role;
