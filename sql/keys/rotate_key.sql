-- howdah.rotate_key: sign sessions with a new key; tokens of the old one stay good for `overlap`.
--
-- Runs as   definer: makes and changes keys.
-- Writes    the new key, the old one's retirement and one howdah.audit row, in one transaction: at
--           every moment exactly one key signs.
-- Returns   the kid of the new key.
-- Limits    API keys are signed with a key of their own and stay as they are.
CREATE FUNCTION howdah.rotate_key(overlap pg_catalog.interval DEFAULT '1 hour')
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_old pg_catalog.text;
    v_new pg_catalog.text;
BEGIN
    IF rotate_key.overlap < '0'::pg_catalog.interval THEN
        RAISE EXCEPTION 'overlap must not be negative' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Two at once: the second waits, and then finds what the first has made.
    LOCK TABLE howdah.keys IN SHARE ROW EXCLUSIVE MODE;
    UPDATE howdah.keys AS k
    SET status = 'retiring', retires_at = pg_catalog.now() + rotate_key.overlap
    WHERE k.purpose = 'session' AND k.alg = 'ES256' AND k.status = 'active'
    RETURNING k.kid INTO v_old;
    v_new := howdah_private.make_key('session');
    PERFORM howdah_private.record_audit('rotate_key', pg_catalog.jsonb_build_object(
        'old', v_old, 'new', v_new, 'overlap', rotate_key.overlap));
    RETURN v_new;
END
$$;
ALTER FUNCTION howdah.rotate_key(pg_catalog.interval) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.rotate_key(pg_catalog.interval)
    IS 'Sign sessions with a new key; tokens of the old one stay good for the overlap.';
REVOKE EXECUTE ON FUNCTION howdah.rotate_key(pg_catalog.interval) FROM PUBLIC;
