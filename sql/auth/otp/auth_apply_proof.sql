-- howdah_private.auth_apply_proof: what follows from a one-time secret that was just taken: an address is
-- confirmed, or changed, or half changed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user, identities; ends sessions for a recovery; strips an unproven account, unless it was the
--           confirmation of its own sign-up; an audit row.
-- Returns   refusal (status NULL: fine), and half: the first of two confirmations, which signs nobody in.
CREATE FUNCTION howdah_private.auth_apply_proof(
    proof       howdah_private.one_time_proof,
    OUT refusal auth.answer,
    OUT half    pg_catalog.bool
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_proof CONSTANT howdah_private.one_time_proof := auth_apply_proof.proof;
    v_first pg_catalog.bool;
    v_until pg_catalog.timestamptz;
    v_change record;
BEGIN
    half := false;
    SELECT u.confirmed_at IS NULL, u.banned_until INTO v_first, v_until
    FROM auth.users AS u WHERE u.id = v_proof.user_id;
    IF v_until > pg_catalog.now() THEN
        refusal := howdah_private.auth_refuse('user_banned', 'User is banned');
        RETURN;
    END IF;
    IF v_proof.purpose = 'email_change' THEN
        v_change := howdah_private.auth_apply_email_change(v_proof);
        refusal := v_change.refusal;
        half := v_change.half;
        RETURN;
    END IF;
    IF v_proof.purpose = 'phone_change' THEN
        refusal := howdah_private.auth_apply_phone_change(v_proof);
        RETURN;
    END IF;
    -- The password that came with a sign-up is confirmed with it. A code that was asked for by itself confirms
    -- its owner alone.
    IF v_proof.purpose <> 'signup' THEN
        PERFORM howdah_private.auth_strip_unproven(v_proof.user_id, v_proof.relates_to);
    END IF;
    IF NOT howdah_private.auth_confirm_address(v_proof.user_id, v_proof.relates_to) THEN
        refusal := howdah_private.auth_refuse('otp_expired');
        RETURN;
    END IF;
    IF v_proof.purpose = 'recovery' THEN
        PERFORM howdah_private.auth_end_sessions(v_proof.user_id);
    END IF;
    PERFORM howdah_private.auth_audit(
        CASE WHEN v_first THEN 'user_signedup' ELSE 'login' END, v_proof.user_id,
        pg_catalog.jsonb_build_object('provider',
            CASE WHEN pg_catalog.strpos(v_proof.relates_to, '@') > 0 THEN 'email' ELSE 'phone' END));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_apply_proof(howdah_private.one_time_proof)
    IS 'What follows from a one-time secret that was just taken.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_apply_proof(howdah_private.one_time_proof) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_apply_proof(howdah_private.one_time_proof) TO howdah_owner;
