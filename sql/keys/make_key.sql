-- howdah_private.make_key: a new ES256 key pair that signs from now on; there must be none of that
-- purpose (the unique index sees to it).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   its kid.
CREATE FUNCTION howdah_private.make_key(purpose pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kid pg_catalog.text;
BEGIN
    INSERT INTO howdah.keys (kid, alg, purpose, status, public_jwk, secret)
    SELECT g.kid, 'ES256', make_key.purpose, 'active', g.public_jwk, g.secret
    FROM howdah_private.key_generate() AS g
    RETURNING kid INTO v_kid;
    RETURN v_kid;
END
$$;
COMMENT ON FUNCTION howdah_private.make_key(pg_catalog.text) IS 'Make the key that signs from now on.';
REVOKE EXECUTE ON FUNCTION howdah_private.make_key(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.make_key(pg_catalog.text) TO howdah_owner;
