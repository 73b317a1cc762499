-- howdah_private.sign_claims: sign claims with the active key of a purpose ('session' or 'api').
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   a compact JWS.
-- Raises    55000 if there is no such key: howdah.install() has not run.
CREATE FUNCTION howdah_private.sign_claims(purpose pg_catalog.text, claims pg_catalog.jsonb)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kid    pg_catalog.text;
    v_secret pg_catalog.bytea;
BEGIN
    SELECT k.kid, k.secret INTO v_kid, v_secret
    FROM howdah.keys AS k
    WHERE k.purpose = sign_claims.purpose AND k.alg = 'ES256' AND k.status = 'active';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no active % key', sign_claims.purpose
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT howdah.install();';
    END IF;
    RETURN howdah_private.token_sign('ES256', v_kid, v_secret, sign_claims.claims);
END
$$;
COMMENT ON FUNCTION howdah_private.sign_claims(pg_catalog.text, pg_catalog.jsonb)
    IS 'Sign claims with the active key of a purpose.';
REVOKE EXECUTE ON FUNCTION howdah_private.sign_claims(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sign_claims(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
