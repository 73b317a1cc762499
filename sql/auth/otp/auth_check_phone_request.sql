-- howdah_private.auth_check_phone_request: may a message be asked for, for this number, now? Nothing here depends
-- on whether the number has an account.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the count of requests for the number.
-- Returns   400 validation_failed, phone_provider_disabled; 429; status NULL: yes.
CREATE FUNCTION howdah_private.auth_check_phone_request(phone pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_phone CONSTANT pg_catalog.text := howdah_private.auth_normalize_phone(auth_check_phone_request.phone);
BEGIN
    IF NOT auth.get('external_phone_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('phone_provider_disabled', 'Unsupported phone provider');
    END IF;
    IF v_phone IS NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Invalid phone number format (E.164 required)');
    END IF;
    RETURN howdah_private.auth_check_rate('sms_send', v_phone);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_phone_request(pg_catalog.text)
    IS 'May a message be asked for, for this number, now?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_phone_request(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_phone_request(pg_catalog.text) TO howdah_owner;
