-- howdah.suppress_email: no mail to an address any more; with a list, none of that list.
--
-- Runs as   definer: writes the suppressions.
-- Raises    22023 for what is no address.
CREATE FUNCTION howdah.suppress_email(
    address pg_catalog.text,
    list pg_catalog.text DEFAULT '',
    detail pg_catalog.text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_address CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(suppress_email.address);
BEGIN
    IF v_address IS NULL THEN
        RAISE EXCEPTION 'not an e-mail address' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM howdah_private.mail_suppress(v_address, 'manual', suppress_email.list, suppress_email.detail);
END
$$;
ALTER FUNCTION howdah.suppress_email(pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.suppress_email(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'No mail to an address any more; with a list, none of that list.';
REVOKE EXECUTE ON FUNCTION howdah.suppress_email(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.suppress_email(pg_catalog.text, pg_catalog.text, pg_catalog.text) TO service_role;
