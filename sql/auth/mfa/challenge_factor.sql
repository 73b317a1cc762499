-- auth.challenge_factor: begin a proof of a factor of who asks (POST /factors/{factor_id}/challenge).
--
-- Runs as   definer: writes challenges, which no API role may see.
-- Writes    a challenge; for phone a message, whose code is kept as an HMAC only and ends the codes of before; an audit row.
-- Returns   200 {"id", "type", "expires_at"} and for webauthn {"webauthn": {"type", "credential_options": {"publicKey"}}}: create while the
--           factor is unverified, then request; 404 mfa_factor_not_found; 422 mfa_*_verify_not_enabled; 429 over_sms_send_rate_limit,
--           over_request_rate_limit.
CREATE FUNCTION auth.challenge_factor(factor_id pg_catalog.text DEFAULT NULL, channel pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_opened    record := howdah_private.auth_open_factor(challenge_factor.factor_id);
    v_caller    howdah_private.auth_caller;
    v_factor    record;
    v_refusal   auth.answer;
    v_now       pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_expiry    pg_catalog.int4 := auth.get('mfa_challenge_expiry_duration');
    v_challenge pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_webauthn  pg_catalog.jsonb;
    v_code      pg_catalog.text;
BEGIN
    IF (v_opened.refusal).status IS NOT NULL THEN
        RETURN v_opened.refusal;
    END IF;
    v_caller := v_opened.caller;
    SELECT * INTO STRICT v_factor FROM auth.mfa_factors AS f WHERE f.id = v_opened.id;

    IF v_factor.factor_type = 'phone' THEN
        v_refusal := howdah_private.auth_check_channel(challenge_factor.channel);
        IF v_refusal.status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
        IF v_factor.last_challenged_at > v_now - pg_catalog.make_interval(secs => auth.get('mfa_phone_max_frequency')::pg_catalog.int4) THEN
            RETURN howdah_private.auth_refuse('over_sms_send_rate_limit', pg_catalog.format(
                'For security purposes, you can only request this after %s seconds.',
                pg_catalog.ceil(EXTRACT(epoch FROM v_factor.last_challenged_at - v_now)
                    + auth.get('mfa_phone_max_frequency')::pg_catalog.int4)));
        END IF;
        v_refusal := howdah_private.auth_check_rate('sms_send', v_factor.phone);
        IF v_refusal.status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
        v_code := COALESCE(howdah_private.auth_test_code(v_factor.phone),
                           howdah_private.random_digits(auth.get('mfa_phone_otp_length')::pg_catalog.int4));
    ELSIF v_factor.factor_type = 'webauthn' THEN
        v_webauthn := howdah_private.auth_factor_ceremony(v_factor.id);
        IF v_webauthn ? 'refused' THEN
            RETURN howdah_private.auth_refuse('mfa_webauthn_verify_not_enabled', v_webauthn ->> 'refused');
        END IF;
    END IF;

    -- The codes of before end with a new one; of the other kinds only what is over goes.
    DELETE FROM auth.mfa_challenges AS c
    WHERE c.factor_id = v_factor.id
      AND (v_factor.factor_type = 'phone' OR c.created_at < v_now - pg_catalog.make_interval(secs => v_expiry));
    INSERT INTO auth.mfa_challenges (id, factor_id, created_at, ip_address, otp_code, web_authn_session_data)
    VALUES (v_challenge, v_factor.id, v_now, howdah_private.client_address(),
            howdah_private.auth_hash_phone_code(v_challenge, v_code), v_webauthn -> 'session');
    UPDATE auth.mfa_factors AS f SET last_challenged_at = v_now WHERE f.id = v_factor.id;
    PERFORM howdah_private.auth_audit('challenge_created', v_caller.user_id,
        pg_catalog.jsonb_build_object('factor_id', v_factor.id, 'factor_status', v_factor.status));
    IF v_code IS NOT NULL THEN
        PERFORM howdah_private.auth_send_sms(
            v_caller.user_id, 'mfa', v_factor.phone, v_code, challenge_factor.channel);
    END IF;
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'id', v_challenge, 'type', v_factor.factor_type,
        'expires_at', pg_catalog.floor(EXTRACT(epoch FROM v_now))::pg_catalog.int8 + v_expiry,
        'webauthn', v_webauthn -> 'options')));
END
$$;
ALTER FUNCTION auth.challenge_factor(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.challenge_factor(pg_catalog.text, pg_catalog.text) IS 'Begin a proof of a factor of who asks.';
REVOKE EXECUTE ON FUNCTION auth.challenge_factor(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.challenge_factor(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
