-- howdah_private.auth_test_code: the code that the setting sms_test_otp says for a number.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL for numbers that it does not name, and after sms_test_otp_valid_until.
CREATE FUNCTION howdah_private.auth_test_code(phone pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NULLIF(auth.get('sms_test_otp_valid_until'), '')::pg_catalog.timestamptz <= pg_catalog.clock_timestamp() THEN
        RETURN NULL;
    END IF;
    -- Kept as number=code,number=code, each number once.
    RETURN (
        SELECT pg_catalog.split_part(p.pair, '=', 2)
        FROM pg_catalog.unnest(pg_catalog.string_to_array(auth.get('sms_test_otp'), ',')) AS p (pair)
        WHERE pg_catalog.split_part(p.pair, '=', 1) = auth_test_code.phone);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_test_code(pg_catalog.text)
    IS 'The code that the setting sms_test_otp says for a number.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_test_code(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_test_code(pg_catalog.text) TO howdah_owner;
