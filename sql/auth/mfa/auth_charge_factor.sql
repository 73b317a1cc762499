-- howdah_private.auth_charge_factor: count a try at a factor's code before it is looked at; success takes it back (auth_clear_charge).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the count. From the 5th try in a row on, the next has to wait 30 seconds, then twice as long each time, 15 minutes at most: a
--           factor is never locked for good, and guessing six digits takes years.
-- Returns   an answer whose status is NULL if the try may be made; else 429 over_request_rate_limit with Retry-After.
CREATE FUNCTION howdah_private.auth_charge_factor(factor_id pg_catalog.uuid)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now    pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_wait   pg_catalog.int4;
    v_answer auth.answer;
BEGIN
    UPDATE auth.mfa_factors AS f
    SET failed_attempts = f.failed_attempts + 1,
        locked_until = CASE WHEN f.failed_attempts >= 4 THEN
            v_now + pg_catalog.make_interval(secs => LEAST(900, 30 * 2 ^ LEAST(f.failed_attempts - 4, 10)))
        END
    WHERE f.id = auth_charge_factor.factor_id AND (f.locked_until IS NULL OR f.locked_until <= v_now);
    IF FOUND THEN
        RETURN v_answer;
    END IF;
    SELECT pg_catalog.ceil(EXTRACT(epoch FROM f.locked_until - v_now)) INTO v_wait
    FROM auth.mfa_factors AS f WHERE f.id = auth_charge_factor.factor_id;
    v_answer := howdah_private.auth_refuse(
        'over_request_rate_limit', 'Too many failed verification attempts, try again later');
    v_answer.headers := pg_catalog.jsonb_build_object('Retry-After', GREATEST(v_wait, 1)::pg_catalog.text);
    RETURN v_answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_charge_factor(pg_catalog.uuid) IS 'Count a try at a factor''s code before it is looked at.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_charge_factor(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_charge_factor(pg_catalog.uuid) TO howdah_owner;
