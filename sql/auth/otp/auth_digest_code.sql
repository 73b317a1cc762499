-- howdah_private.auth_digest_code: how a code is kept. Six digits have 20 bits, so a plain digest would be
-- none: the key is outside every dump. The row's id makes equal codes unequal, and a digest good for one row.
CREATE FUNCTION howdah_private.auth_digest_code(id pg_catalog.uuid, code pg_catalog.text)
RETURNS pg_catalog.bytea
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah_private.server_hmac(
        'one_time_code', auth_digest_code.id::pg_catalog.text || ':' || auth_digest_code.code)
$$;
COMMENT ON FUNCTION howdah_private.auth_digest_code(pg_catalog.uuid, pg_catalog.text)
    IS 'HMAC-SHA-256 of a row''s id and its code.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_digest_code(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_digest_code(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
