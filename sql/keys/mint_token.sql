-- howdah.mint_token: a token for a role, as a sign-in would give; for the DBA, for trying and testing.
--
-- Runs as   definer: reads the signing key.
-- Writes    one howdah.audit row that names the role and the subject.
-- Returns   a compact JWS with the claims given and, over them, role, iat and exp; with iss and aud as
--           the settings say where the claims have none.
-- Raises    42501 if the role is not listed (howdah.allow_role); 22023 for claims that are no object or
--           a ttl that is not above zero and at most 10 years.
CREATE FUNCTION howdah.mint_token(
    role pg_catalog.text,
    claims pg_catalog.jsonb DEFAULT '{}',
    ttl pg_catalog.interval DEFAULT '1 hour'
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now    pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()));
    v_ttl    pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM mint_token.ttl));
    v_claims pg_catalog.jsonb;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM howdah.roles AS r WHERE r.role = mint_token.role) THEN
        RAISE EXCEPTION 'role "%" is not one that a token may name', mint_token.role
            USING ERRCODE = 'insufficient_privilege',
                  HINT = pg_catalog.format('SELECT howdah.allow_role(%L);', mint_token.role);
    END IF;
    IF pg_catalog.jsonb_typeof(mint_token.claims) <> 'object' THEN
        RAISE EXCEPTION 'claims must be a JSON object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF v_ttl NOT BETWEEN 1 AND 315360000 THEN
        RAISE EXCEPTION 'ttl must be above zero and at most 10 years'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_claims := howdah_private.issuer_claims() || mint_token.claims || pg_catalog.jsonb_build_object(
        'role', mint_token.role, 'iat', v_now, 'exp', v_now + v_ttl);
    PERFORM howdah_private.record_audit('mint_token', pg_catalog.jsonb_build_object(
        'role', mint_token.role, 'sub', mint_token.claims -> 'sub', 'ttl', mint_token.ttl));
    RETURN howdah_private.sign_claims('session', v_claims::pg_catalog.text);
END
$$;
ALTER FUNCTION howdah.mint_token(pg_catalog.text, pg_catalog.jsonb, pg_catalog.interval)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.mint_token(pg_catalog.text, pg_catalog.jsonb, pg_catalog.interval)
    IS 'A token for a role, as a sign-in would give.';
REVOKE EXECUTE
    ON FUNCTION howdah.mint_token(pg_catalog.text, pg_catalog.jsonb, pg_catalog.interval) FROM PUBLIC;
