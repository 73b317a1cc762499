-- howdah.revoke_key: refuse every token of a key, from the next request on.
--
-- Runs as   definer: changes keys.
-- Writes    the revocation (the secret is erased; the row stays, so that its kid is never used again)
--           and one howdah.audit row. If the key was the one that signs, a new one takes its place in
--           the same transaction. Revoking the 'api' key therefore voids every API key: issue new ones.
-- Returns   false if the key was revoked already.
-- Raises    42704 if there is no such key.
CREATE FUNCTION howdah.revoke_key(kid pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key record;
    v_new pg_catalog.text;
BEGIN
    -- Two at once: the second waits, and then finds what the first has made.
    LOCK TABLE howdah.keys IN SHARE ROW EXCLUSIVE MODE;
    SELECT k.purpose, k.alg, k.status INTO v_key
    FROM howdah.keys AS k WHERE k.kid = revoke_key.kid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no key "%"', revoke_key.kid USING ERRCODE = 'undefined_object';
    END IF;
    IF v_key.status = 'revoked' THEN
        RETURN false;
    END IF;
    UPDATE howdah.keys AS k
    SET status = 'revoked', retires_at = pg_catalog.now(), secret = NULL
    WHERE k.kid = revoke_key.kid;
    IF v_key.status = 'active' AND v_key.alg = 'ES256' THEN
        v_new := howdah_private.make_key(v_key.purpose);
    END IF;
    PERFORM howdah_private.record_audit(
        'revoke_key', pg_catalog.jsonb_build_object('kid', revoke_key.kid, 'new', v_new));
    RETURN true;
END
$$;
ALTER FUNCTION howdah.revoke_key(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.revoke_key(pg_catalog.text)
    IS 'Refuse every token of a key, from the next request on.';
REVOKE EXECUTE ON FUNCTION howdah.revoke_key(pg_catalog.text) FROM PUBLIC;
