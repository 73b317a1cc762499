-- howdah_private.auth_may_add_factor: may this user have one more factor of this name?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold auth_lock_factors.
-- Writes    the end of factors of his that were begun and never verified (mfa_factor_expiry_duration).
-- Returns   an answer whose status is NULL if so; 422 mfa_factor_name_conflict, too_many_enrolled_mfa_factors, 403 insufficient_aal.
--           Any number may be without a name.
CREATE FUNCTION howdah_private.auth_may_add_factor(caller howdah_private.auth_caller, friendly_name pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_counts record;
BEGIN
    IF pg_catalog.char_length(auth_may_add_factor.friendly_name) > 120 THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'friendly_name must be 120 characters or less');
    END IF;
    DELETE FROM auth.mfa_factors AS f
    WHERE f.user_id = (auth_may_add_factor.caller).user_id AND f.status = 'unverified'
      AND GREATEST(f.created_at, f.last_challenged_at) < pg_catalog.clock_timestamp()
          - pg_catalog.make_interval(secs => auth.get('mfa_factor_expiry_duration')::pg_catalog.int4);
    SELECT pg_catalog.count(*) AS enrolled,
           pg_catalog.count(*) FILTER (WHERE f.status = 'verified') AS verified,
           pg_catalog.bool_or(pg_catalog.btrim(f.friendly_name) = pg_catalog.btrim(auth_may_add_factor.friendly_name)) AS named
    INTO v_counts
    FROM auth.mfa_factors AS f WHERE f.user_id = (auth_may_add_factor.caller).user_id;
    IF v_counts.named AND pg_catalog.btrim(auth_may_add_factor.friendly_name) <> '' THEN
        RETURN howdah_private.auth_refuse('mfa_factor_name_conflict', pg_catalog.format(
            'A factor with the friendly name "%s" for this user already exists', auth_may_add_factor.friendly_name));
    END IF;
    IF v_counts.enrolled >= auth.get('mfa_max_enrolled_factors')::pg_catalog.int4
       OR v_counts.verified >= auth.get('mfa_max_verified_factors')::pg_catalog.int4 THEN
        RETURN howdah_private.auth_refuse('too_many_enrolled_mfa_factors');
    END IF;
    RETURN howdah_private.auth_require_aal2(auth_may_add_factor.caller, 'AAL2 required to enroll a new factor');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_may_add_factor(howdah_private.auth_caller, pg_catalog.text)
    IS 'Whether this user may have one more factor: NULL status if so, else the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_may_add_factor(howdah_private.auth_caller, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_may_add_factor(howdah_private.auth_caller, pg_catalog.text) TO howdah_owner;
