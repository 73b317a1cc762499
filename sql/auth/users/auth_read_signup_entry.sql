-- howdah_private.auth_read_signup_entry: an entry of the sign-up list in its normal form.
--
-- Runs as   invoker: it only reads a value.
-- Returns   name@domain, @domain or a phone number.
-- Raises    22023 for what is none of these.
CREATE FUNCTION howdah_private.auth_read_signup_entry(entry pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry  pg_catalog.text := pg_catalog.lower(pg_catalog.btrim(auth_read_signup_entry.entry));
    v_normal pg_catalog.text;
BEGIN
    IF v_entry ~ '^@?[^@]*[a-z][^@]*$' THEN
        -- A domain is one if an address in it would be an address.
        v_normal := pg_catalog.substr(
            howdah_private.auth_normalize_email('a@' || pg_catalog.ltrim(v_entry, '@')), 2);
    ELSE
        v_normal := COALESCE(howdah_private.auth_normalize_email(v_entry),
                             howdah_private.auth_normalize_phone(v_entry));
    END IF;
    IF v_normal IS NULL THEN
        RAISE EXCEPTION 'write an address, a phone number, or a domain as @example.com'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN v_normal;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_signup_entry(pg_catalog.text)
    IS 'An entry of the sign-up list in its normal form.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_signup_entry(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_signup_entry(pg_catalog.text) TO howdah_owner;
