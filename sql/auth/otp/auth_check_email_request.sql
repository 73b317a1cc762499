-- howdah_private.auth_check_email_request: may mail be asked for, for this address, now? Nothing here depends on
-- whether the address has an account.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the count of requests for the address.
-- Returns   400 validation_failed, email_provider_disabled; 429; status NULL: yes.
CREATE FUNCTION howdah_private.auth_check_email_request(
    email                 pg_catalog.text,
    code_challenge        pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email   CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(auth_check_email_request.email);
    v_refusal auth.answer;
BEGIN
    IF NOT auth.get('external_email_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('email_provider_disabled', 'Email logins are disabled');
    END IF;
    IF v_email IS NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Unable to validate email address: invalid format');
    END IF;
    v_refusal := howdah_private.auth_check_pkce(
        auth_check_email_request.code_challenge, auth_check_email_request.code_challenge_method);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN howdah_private.auth_check_rate('email_send', v_email);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_email_request(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'May mail be asked for, for this address, now?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_email_request(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_email_request(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
