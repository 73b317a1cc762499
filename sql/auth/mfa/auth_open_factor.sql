-- howdah_private.auth_open_factor: a factor of who asks, about to be proven: counted, and locked with the user's others.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the count of requests of the user.
-- Returns   who asks and the factor's id, or the refusal: of auth_mfa_caller and auth_find_factor, 429 over_request_rate_limit, 404
--           mfa_factor_not_found also for recovery codes (they have a path of their own), 422 mfa_*_verify_not_enabled.
CREATE FUNCTION howdah_private.auth_open_factor(
    factor_id pg_catalog.text,
    OUT refusal auth.answer, OUT caller howdah_private.auth_caller, OUT id pg_catalog.uuid)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_found record;
    v_type  pg_catalog.text;
BEGIN
    caller := howdah_private.auth_mfa_caller();
    refusal := (caller).refusal;
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    v_found := howdah_private.auth_find_factor((caller).user_id, auth_open_factor.factor_id);
    refusal := v_found.refusal;
    IF (refusal).status IS NULL THEN
        refusal := howdah_private.auth_check_rate('mfa', (caller).user_id::pg_catalog.text);
    END IF;
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM howdah_private.auth_lock_factors((caller).user_id);
    -- Only now it stands still.
    SELECT f.id, f.factor_type::pg_catalog.text INTO id, v_type FROM auth.mfa_factors AS f WHERE f.id = v_found.id;
    IF NOT FOUND OR v_type = 'recovery_code' THEN
        refusal := howdah_private.auth_refuse('mfa_factor_not_found');
        RETURN;
    END IF;
    refusal := howdah_private.auth_factor_enabled(v_type, 'verify');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_open_factor(pg_catalog.text) IS 'A factor of who asks, about to be proven.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_open_factor(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_open_factor(pg_catalog.text) TO howdah_owner;
