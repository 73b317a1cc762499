-- auth.verify_factor: prove a factor of who asks (POST /factors/{factor_id}/verify): the session becomes one of aal2.
--
-- Runs as   definer: reads secrets of factors and writes sessions, which no API role may see.
-- Writes    the try, always, before it is looked at; on success the end of the challenge and of the code's step, the factor as verified, a
--           new session in the place of the old one (auth_step_up). Never raises on a wrong code: a raise would undo the count.
-- Returns   200 and a session; 404 mfa_factor_not_found; 422 mfa_factor_not_found (challenge), mfa_challenge_expired,
--           mfa_ip_address_mismatch (also for a challenge that was used), mfa_verification_failed; 403 mfa_verification_rejected by the hook; 429
--           over_request_rate_limit; 400 validation_failed.
-- Races     one at a time for a user; a step and a challenge work once, by the statement that uses them up.
CREATE FUNCTION auth.verify_factor(
    factor_id pg_catalog.text DEFAULT NULL,
    challenge_id pg_catalog.text DEFAULT NULL,
    code pg_catalog.text DEFAULT NULL,
    webauthn pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_opened    record := howdah_private.auth_open_factor(verify_factor.factor_id);
    v_caller    howdah_private.auth_caller;
    v_factor    record;
    v_challenge record;
    v_refusal   auth.answer;
    v_valid     pg_catalog.bool;
BEGIN
    IF (v_opened.refusal).status IS NOT NULL THEN
        RETURN v_opened.refusal;
    END IF;
    v_caller := v_opened.caller;
    SELECT * INTO STRICT v_factor FROM auth.mfa_factors AS f WHERE f.id = v_opened.id;
    IF v_factor.factor_type = 'webauthn' THEN
        IF COALESCE(verify_factor.webauthn ->> 'type', '') NOT IN ('create', 'request')
           OR pg_catalog.jsonb_typeof(verify_factor.webauthn -> 'credential_response') IS DISTINCT FROM 'object' THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'webauthn needs a type, create or request, and a credential_response');
        END IF;
    ELSIF COALESCE(verify_factor.code, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Code needs to be non-empty');
    END IF;
    -- Enrolment itself needs aal2 where there is a verified factor already; a factor begun before must not become a way around.
    IF v_factor.status = 'unverified' THEN
        v_refusal := howdah_private.auth_require_aal2(v_caller, 'AAL2 required to enroll a new factor');
        IF v_refusal.status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;

    v_challenge := howdah_private.auth_use_challenge(v_factor.id, verify_factor.challenge_id);
    IF (v_challenge.refusal).status IS NOT NULL THEN
        RETURN v_challenge.refusal;
    END IF;
    v_refusal := howdah_private.auth_charge_factor(v_factor.id);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_valid := CASE v_factor.factor_type
        WHEN 'totp' THEN howdah_private.auth_use_totp(v_factor.id, verify_factor.code)
        WHEN 'phone' THEN howdah_private.auth_use_phone_code(v_challenge.id, verify_factor.code)
        ELSE howdah_private.auth_use_security_key(v_factor.id, v_challenge.session_data, verify_factor.webauthn)
    END;
    v_refusal := howdah_private.auth_mfa_attempt_hook(v_caller.user_id, v_factor.id, v_factor.factor_type, v_valid);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF NOT v_valid THEN
        RETURN howdah_private.auth_refuse('mfa_verification_failed', CASE v_factor.factor_type
            WHEN 'totp' THEN 'Invalid TOTP code entered' WHEN 'phone' THEN 'Invalid MFA Phone code entered'
            ELSE 'Invalid credential response' END);
    END IF;
    UPDATE auth.mfa_challenges AS c SET verified_at = pg_catalog.clock_timestamp()
    WHERE c.id = v_challenge.id AND c.verified_at IS NULL;
    RETURN howdah_private.auth_factor_proven(v_caller, v_factor.id);
END
$$;
ALTER FUNCTION auth.verify_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.verify_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'Prove a factor of who asks: the session becomes one of aal2.';
REVOKE EXECUTE ON FUNCTION auth.verify_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.verify_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    TO anon, authenticated, service_role;
