-- howdah_private.auth_hash_phone_code: what is kept of a code that was sent to a phone: its HMAC under the server's key, bound to its challenge.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_hash_phone_code(challenge_id pg_catalog.uuid, code pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.encode(howdah_private.server_hmac('mfa_phone_code',
        auth_hash_phone_code.challenge_id::pg_catalog.text || ':' || auth_hash_phone_code.code), 'hex')
$$;
COMMENT ON FUNCTION howdah_private.auth_hash_phone_code(pg_catalog.uuid, pg_catalog.text) IS 'What is kept of a code that was sent to a phone.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_hash_phone_code(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_hash_phone_code(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
