-- auth.saml_disabled: POST /sso, GET /sso/saml/metadata, POST /sso/saml/acs: signing in by SAML is not offered.
--
-- Runs as   definer, for the private helper that it calls; it only builds a value.
-- Returns   404 saml_provider_disabled, as the dialect answers where it is turned off.
CREATE FUNCTION auth.saml_disabled()
RETURNS auth.answer
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah_private.auth_refuse('saml_provider_disabled')
$$;
ALTER FUNCTION auth.saml_disabled()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.saml_disabled()
    IS 'SAML is not offered.';
REVOKE EXECUTE ON FUNCTION auth.saml_disabled() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.saml_disabled()
    TO anon, authenticated, service_role;
