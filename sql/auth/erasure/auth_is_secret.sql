-- howdah_private.auth_is_secret: does a column of auth hold something that opens, proves or is compared, by its name?
--
-- An export never shows such a column. tests/sql/auth_export.out lists what remains: a new column there is a decision.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_is_secret(name pg_catalog.name)
RETURNS pg_catalog.bool
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT auth_is_secret.name ~ '(secret|password|token|hash|hmac|_key$|^code|_code$|challenge|verifier|nonce|otp|session_data|credential|sealed)'
           AND auth_is_secret.name !~ '_at$'
$$;
COMMENT ON FUNCTION howdah_private.auth_is_secret(pg_catalog.name)
    IS 'Does a column of auth hold a secret, by its name?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_is_secret(pg_catalog.name) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_is_secret(pg_catalog.name)
    TO howdah_owner;
