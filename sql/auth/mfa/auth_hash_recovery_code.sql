-- howdah_private.auth_hash_recovery_code: what is kept of a recovery code (80 bits): its HMAC under the server's key, bound to its set.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_hash_recovery_code(set_id pg_catalog.uuid, typed pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.encode(howdah_private.server_hmac('mfa_recovery_code',
        auth_hash_recovery_code.set_id::pg_catalog.text || ':'
        || howdah_private.recovery_code_normalize(pg_catalog.left(auth_hash_recovery_code.typed, 200))), 'hex')
$$;
COMMENT ON FUNCTION howdah_private.auth_hash_recovery_code(pg_catalog.uuid, pg_catalog.text) IS 'What is kept of a recovery code.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_hash_recovery_code(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_hash_recovery_code(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
