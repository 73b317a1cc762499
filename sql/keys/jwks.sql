-- howdah.jwks: the public keys that verify our tokens (RFC 7517, 5), at /auth/v1/.well-known/jwks.json.
--
-- Runs as   definer: reads howdah.keys, whose secrets no API role may see; gives public parts only.
CREATE FUNCTION howdah.jwks()
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_keys pg_catalog.jsonb;
BEGIN
    -- As GoTrue; a key that rotate_key() makes is looked for by its kid, so no client waits for this.
    PERFORM pg_catalog.set_config(
        'response.headers', '[{"Cache-Control": "public, max-age=600"}]', true);
    SELECT pg_catalog.jsonb_agg(k.public_jwk ORDER BY k.created_at DESC, k.kid) INTO v_keys
    FROM howdah.keys AS k
    WHERE k.public_jwk IS NOT NULL
      AND (k.status = 'active' OR (k.status = 'retiring' AND k.retires_at > pg_catalog.now()));
    RETURN pg_catalog.jsonb_build_object('keys', COALESCE(v_keys, '[]'::pg_catalog.jsonb));
END
$$;
ALTER FUNCTION howdah.jwks() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.jwks() IS 'The public keys that verify our tokens.';
REVOKE EXECUTE ON FUNCTION howdah.jwks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.jwks() TO anon, authenticated, service_role;
