-- howdah.import_key: accept tokens that another system signs with a shared secret.
--
-- Runs as   definer: writes howdah.keys.
-- Writes    the key and one howdah.audit row that names the kid. An imported key verifies; it never
--           signs, since whoever else holds the secret could have signed the same.
-- Raises    22023 unless alg is HS256 (asymmetric keys are made here, never imported), the encoding is text or base64
--           (also in its form for URLs), the secret has 32 to 1024 bytes (RFC 7518, 3.2) and the kid 1 to 64 visible
--           ASCII characters;
--           23505 if the kid is taken, also by a revoked key.
CREATE FUNCTION howdah.import_key(
    kid pg_catalog.text, alg pg_catalog.text, secret pg_catalog.text, encoding pg_catalog.text DEFAULT 'text')
RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_plain  pg_catalog.text := pg_catalog.rtrim(pg_catalog.translate(import_key.secret, '-_', '+/'), '=');
    v_secret pg_catalog.bytea;
BEGIN
    IF import_key.encoding = 'text' THEN
        v_secret := pg_catalog.convert_to(import_key.secret, 'UTF8');
    ELSIF import_key.encoding = 'base64' THEN
        -- Without padding, as JWKs and URLs write it, or with.
        v_secret := pg_catalog.decode(
            pg_catalog.rpad(v_plain, (pg_catalog.length(v_plain) + 3) / 4 * 4, '='), 'base64');
    ELSE
        RAISE EXCEPTION 'a secret is given as text or base64' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF import_key.alg <> 'HS256' THEN
        RAISE EXCEPTION 'only HS256 keys are imported' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF pg_catalog.octet_length(v_secret) NOT BETWEEN 32 AND 1024 THEN
        RAISE EXCEPTION 'an HS256 secret has 32 to 1024 bytes'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF import_key.kid !~ '^[!-~]{1,64}$' THEN
        RAISE EXCEPTION 'a kid is 1 to 64 visible ASCII characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO howdah.keys (kid, alg, purpose, status, secret)
    VALUES (import_key.kid, 'HS256', 'session', 'active', v_secret);
    PERFORM howdah_private.record_audit(
        'import_key', pg_catalog.jsonb_build_object('kid', import_key.kid, 'alg', import_key.alg));
END
$$;
ALTER FUNCTION howdah.import_key(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.import_key(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Accept tokens that another system signs with a shared secret (HS256).';
REVOKE EXECUTE ON FUNCTION howdah.import_key(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
