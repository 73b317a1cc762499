-- howdah_private.auth_use_phone_code: use up the code of a challenge that was sent to a phone.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the try, before the code is looked at: after five the code is burnt, whoever has it.
-- Returns   whether it was good.
-- Timing    HMACs of one length are compared, under a key that nobody outside has.
CREATE FUNCTION howdah_private.auth_use_phone_code(challenge_id pg_catalog.uuid, code pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kept pg_catalog.text;
BEGIN
    UPDATE auth.mfa_challenges AS c SET attempts = c.attempts + 1
    WHERE c.id = auth_use_phone_code.challenge_id AND c.verified_at IS NULL AND c.attempts < 5
    RETURNING c.otp_code INTO v_kept;
    RETURN COALESCE(v_kept = howdah_private.auth_hash_phone_code(
        auth_use_phone_code.challenge_id,
        pg_catalog.translate(pg_catalog.left(auth_use_phone_code.code, 40), ' ', '')), false);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_use_phone_code(pg_catalog.uuid, pg_catalog.text) IS 'Use up a code that was sent to a phone; whether it was good.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_use_phone_code(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_use_phone_code(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
