-- howdah_private.auth_finish_claims: the last word on the claims of an access token, before it is signed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the claims.
CREATE FUNCTION howdah_private.auth_finish_claims(
    user_id pg_catalog.uuid, claims pg_catalog.jsonb, method pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN auth_finish_claims.claims;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_finish_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text)
    IS 'The last word on the claims of an access token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_finish_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_finish_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
