-- howdah_private.auth_finish_claims: the last word on the claims of an access token, before it is signed: the app's, by the hook
-- custom_access_token.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the claims.
-- Raises    what the hook refuses, or that it failed, as an answer of the dialect (PGRST): no session is better than one without
--           the claims that policies may look for, and the sign-in or refresh is undone.
CREATE FUNCTION howdah_private.auth_finish_claims(
    user_id pg_catalog.uuid, claims pg_catalog.jsonb, method pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claimed howdah_private.auth_claimed := howdah_private.auth_custom_claims(
        auth_finish_claims.user_id, auth_finish_claims.claims, auth_finish_claims.method);
BEGIN
    IF (v_claimed.refusal).status IS NOT NULL THEN
        PERFORM howdah_private.auth_raise_refusal(v_claimed.refusal);
    END IF;
    RETURN v_claimed.claims;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_finish_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text)
    IS 'The last word on the claims of an access token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_finish_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_finish_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
