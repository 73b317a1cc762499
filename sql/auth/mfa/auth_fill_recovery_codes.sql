-- howdah_private.auth_fill_recovery_codes: new codes for a set, in the place of those that there were.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold auth_lock_factors.
-- Writes    an HMAC of each; the end of the old ones and of a lock.
-- Returns   the codes: the only time that they are seen.
CREATE FUNCTION howdah_private.auth_fill_recovery_codes(set_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_codes pg_catalog.text[];
BEGIN
    DELETE FROM auth.mfa_recovery_codes AS c WHERE c.mfa_recovery_code_set_id = auth_fill_recovery_codes.set_id;
    UPDATE auth.mfa_recovery_code_sets AS s
    SET failed_verification_count = 0, verification_locked_until = NULL, updated_at = pg_catalog.now()
    WHERE s.id = auth_fill_recovery_codes.set_id;
    SELECT pg_catalog.array_agg(howdah_private.recovery_code_make()) INTO v_codes
    FROM pg_catalog.generate_series(1, auth.get('mfa_recovery_codes_count')::pg_catalog.int4);
    INSERT INTO auth.mfa_recovery_codes (id, mfa_recovery_code_set_id, code_hash)
    SELECT pg_catalog.gen_random_uuid(), auth_fill_recovery_codes.set_id,
           howdah_private.auth_hash_recovery_code(auth_fill_recovery_codes.set_id, code)
    FROM pg_catalog.unnest(v_codes) AS code;
    RETURN pg_catalog.to_jsonb(v_codes);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_fill_recovery_codes(pg_catalog.uuid) IS 'New recovery codes for a set, in the place of those that there were.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_fill_recovery_codes(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_fill_recovery_codes(pg_catalog.uuid) TO howdah_owner;
