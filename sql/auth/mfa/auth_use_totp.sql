-- howdah_private.auth_use_totp: use up a TOTP code: the step that it belongs to, and every step before, works no more.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   whether the code was good and its step unused.
-- Races     the step is used up by one statement (RFC 6238, 5.2).
CREATE FUNCTION howdah_private.auth_use_totp(factor_id pg_catalog.uuid, code pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_place  pg_catalog.text := 'mfa_factors.secret.' || auth_use_totp.factor_id::pg_catalog.text;
    v_kept   pg_catalog.text;
    v_secret pg_catalog.text;
    v_step   pg_catalog.int8;
BEGIN
    SELECT f.secret INTO v_kept FROM auth.mfa_factors AS f WHERE f.id = auth_use_totp.factor_id;
    -- A row that was brought here from Supabase Auth has its secret in the clear: no base32 text has a dot.
    v_secret := CASE WHEN pg_catalog.strpos(v_kept, '.') > 0 THEN howdah_private.secret_open(v_kept, v_place) ELSE v_kept END;
    v_step := howdah_private.totp_matching_step(v_secret, auth_use_totp.code,
        pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()))::pg_catalog.int8);
    IF v_step IS NULL THEN
        RETURN false;
    END IF;
    UPDATE auth.mfa_factors AS f
    SET last_step = v_step,
        secret = CASE WHEN v_secret = v_kept THEN howdah_private.secret_seal(v_secret, v_place) ELSE f.secret END
    WHERE f.id = auth_use_totp.factor_id AND f.last_step < v_step;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_use_totp(pg_catalog.uuid, pg_catalog.text) IS 'Use up a TOTP code; whether it was good.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_use_totp(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_use_totp(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
