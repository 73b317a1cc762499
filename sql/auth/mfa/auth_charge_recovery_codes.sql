-- howdah_private.auth_charge_recovery_codes: count a try at a user's recovery codes before it is looked at.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold auth_lock_factors.
-- Writes    the count; with the last try that mfa_recovery_codes_max_verify_attempts allows the set is locked for
--           mfa_recovery_codes_lockout_duration seconds, then the count begins anew. Success takes all of it back.
-- Returns   id and factor_id of the set, or the refusal: 422 mfa_verification_failed without one, 429 mfa_recovery_codes_locked.
CREATE FUNCTION howdah_private.auth_charge_recovery_codes(
    user_id pg_catalog.uuid, OUT id pg_catalog.uuid, OUT factor_id pg_catalog.uuid, OUT refusal auth.answer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now   pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_until pg_catalog.timestamptz;
    v_most  pg_catalog.int4 := auth.get('mfa_recovery_codes_max_verify_attempts');
BEGIN
    UPDATE auth.mfa_recovery_code_sets AS s
    SET failed_verification_count = n.tries,
        verification_locked_until = CASE WHEN n.tries >= v_most THEN
            v_now + pg_catalog.make_interval(secs => auth.get('mfa_recovery_codes_lockout_duration')::pg_catalog.int4) END,
        updated_at = v_now
    FROM auth.mfa_recovery_code_sets AS o,
         LATERAL (SELECT CASE WHEN o.verification_locked_until IS NULL THEN o.failed_verification_count ELSE 0 END + 1 AS tries) AS n
    WHERE o.id = s.id AND s.user_id = auth_charge_recovery_codes.user_id
      AND (s.verification_locked_until IS NULL OR s.verification_locked_until <= v_now)
    RETURNING s.id, s.mfa_factor_id INTO id, factor_id;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT s.verification_locked_until INTO v_until
    FROM auth.mfa_recovery_code_sets AS s WHERE s.user_id = auth_charge_recovery_codes.user_id;
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('mfa_verification_failed', 'Invalid recovery code entered');
    ELSE
        refusal := howdah_private.auth_refuse('mfa_recovery_codes_locked');
        refusal.headers := pg_catalog.jsonb_build_object('Retry-After',
            GREATEST(pg_catalog.ceil(EXTRACT(epoch FROM v_until - v_now)), 1)::pg_catalog.int4::pg_catalog.text);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_charge_recovery_codes(pg_catalog.uuid) IS 'Count a try at a user''s recovery codes before it is looked at.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_charge_recovery_codes(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_charge_recovery_codes(pg_catalog.uuid) TO howdah_owner;
