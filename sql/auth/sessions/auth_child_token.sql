-- howdah_private.auth_child_token: the token that follows another in a session: HMAC-SHA-256 (RFC 2104) of it under the session's key.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   base64url. The key is 32 random bytes in base64url, shorter than a block of SHA-256.
CREATE FUNCTION howdah_private.auth_child_token(key pg_catalog.text, parent pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT howdah_private.hmac_base64url(auth_child_token.key, auth_child_token.parent) $$;
COMMENT ON FUNCTION howdah_private.auth_child_token(pg_catalog.text, pg_catalog.text) IS 'The token that follows another in a session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_child_token(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_child_token(pg_catalog.text, pg_catalog.text) TO howdah_owner;
