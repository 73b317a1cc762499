-- howdah_private.auth_issuer: the claim iss of users' tokens: the address of /auth/v1, where the setting api_external_url says it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_issuer()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN COALESCE(NULLIF(auth.get('api_external_url'), '') || '/auth/v1', 'howdah');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_issuer() IS 'The claim iss of users'' tokens.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_issuer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_issuer() TO howdah_owner;
