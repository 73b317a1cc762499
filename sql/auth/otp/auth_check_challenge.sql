-- howdah_private.auth_check_challenge: are these the PKCE parameters of a request that will mail a link?
--
-- Runs as   invoker.
-- Returns   400 validation_failed, or status NULL: both there and well-formed, or neither there.
CREATE FUNCTION howdah_private.auth_check_challenge(
    code_challenge        pg_catalog.text,
    code_challenge_method pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (COALESCE(auth_check_challenge.code_challenge, '') = '')
        <> (COALESCE(auth_check_challenge.code_challenge_method, '') = '') THEN
        RETURN howdah_private.auth_refuse('validation_failed',
            'PKCE flow requires code_challenge_method and code_challenge');
    END IF;
    IF COALESCE(auth_check_challenge.code_challenge, '') = '' THEN
        RETURN NULL;
    END IF;
    -- With plain the challenge is the verifier, and whoever reads the request can redeem the code (RFC 9700, 2.1.1).
    IF pg_catalog.lower(auth_check_challenge.code_challenge_method) <> 's256' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'code_challenge_method must be s256');
    END IF;
    IF auth_check_challenge.code_challenge !~ '^[A-Za-z0-9._~-]{43,128}$' THEN
        RETURN howdah_private.auth_refuse('validation_failed',
            'code challenge must have 43 to 128 characters of letters, digits, -, ., _ and ~');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_challenge(pg_catalog.text, pg_catalog.text)
    IS 'Are these the PKCE parameters of a request that will mail a link?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_challenge(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_challenge(pg_catalog.text, pg_catalog.text) TO howdah_owner;
