-- auth.verify: a session for a one-time code, or a link's secret. POST /auth/v1/verify
--
-- Runs as   definer: reads secrets and makes sessions; no API role may.
-- Writes    the count of verifications of the caller's network address, and of tries of the code; what
--           auth_prove writes; a session. Therefore refusals are returned.
-- Returns   200 and a session (AAL1, whatever the user's factors), or {"msg", "code": "200"} for the first of two
--           confirmations of a change of e-mail; 403 otp_expired, whatever the reason; 400 validation_failed,
--           user_banned; 429.
CREATE FUNCTION auth.verify(
    type                 pg_catalog.text DEFAULT NULL,
    token                pg_catalog.text DEFAULT NULL,
    token_hash           pg_catalog.text DEFAULT NULL,
    email                pg_catalog.text DEFAULT NULL,
    phone                pg_catalog.text DEFAULT NULL,
    redirect_to          pg_catalog.text DEFAULT NULL,
    gotrue_meta_security pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_code    CONSTANT pg_catalog.text := NULLIF(verify.token, '');
    v_secret  CONSTANT pg_catalog.text := NULLIF(verify.token_hash, '');
    v_email   CONSTANT pg_catalog.text := NULLIF(verify.email, '');
    v_phone   CONSTANT pg_catalog.text := NULLIF(verify.phone, '');
    v_address pg_catalog.text;
    v_refusal auth.answer;
    v_proven  record;
BEGIN
    IF COALESCE(verify.type, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Verify requires a verification type');
    END IF;
    IF (v_code IS NULL) = (v_secret IS NULL) THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Verify requires either a token or a token hash');
    END IF;
    IF v_secret IS NOT NULL AND (v_email IS NOT NULL OR v_phone IS NOT NULL) THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Only the token_hash and type should be provided');
    END IF;
    IF v_code IS NOT NULL THEN
        IF (v_email IS NULL) = (v_phone IS NULL) THEN
            RETURN howdah_private.auth_refuse(
                'validation_failed', 'Only an email address or phone number should be provided on verify');
        END IF;
        v_address := COALESCE(
            howdah_private.auth_normalize_email(v_email), howdah_private.auth_normalize_phone(v_phone));
        IF v_address IS NULL THEN
            RETURN howdah_private.auth_refuse('validation_failed', CASE WHEN v_phone IS NULL
                THEN 'Invalid email format' ELSE 'Invalid phone number format (E.164 required)' END);
        END IF;
        IF (verify.type IN ('sms', 'phone_change')) <> (v_phone IS NOT NULL) THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'Unsupported verification type');
        END IF;
    END IF;
    v_refusal := howdah_private.auth_check_rate('verify', pg_catalog.host(howdah_private.client_address()));
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_proven := howdah_private.auth_prove(verify.type, v_secret, v_code, v_address);
    IF (v_proven.refusal).status IS NOT NULL THEN
        RETURN v_proven.refusal;
    END IF;
    IF v_proven.half THEN
        RETURN ROW(200, pg_catalog.jsonb_build_object('code', '200', 'msg', howdah_private.auth_half_message()),
                   NULL)::auth.answer;
    END IF;
    RETURN ROW(200, howdah_private.auth_issue_session(
        (v_proven.proof).user_id, howdah_private.auth_proof_method(v_proven.proof)), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.verify(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.verify(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) IS 'A session for a one-time code, or a link''s secret.';
REVOKE EXECUTE ON FUNCTION auth.verify(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.verify(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) TO anon, authenticated, service_role;
