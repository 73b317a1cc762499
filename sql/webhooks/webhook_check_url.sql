-- howdah_private.webhook_check_url: refuse an address that no webhook may have; the courier asks the real question, of the
-- addresses that the name stands for, each time that it connects.
--
-- Returns   host:port.
-- Raises    22023 for what is no https URL of a public address, nor of courier.allowed_hosts.
CREATE FUNCTION howdah_private.webhook_check_url(url pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_place pg_catalog.text := howdah_private.outside_place(webhook_check_url.url, pg_catalog.regexp_split_to_array(
        pg_catalog.lower(howdah.get('courier.allowed_hosts')), '[\s,]+'));
BEGIN
    IF v_place IS NULL THEN
        RAISE EXCEPTION 'not an address for a webhook: %', pg_catalog.quote_nullable(pg_catalog."left"(webhook_check_url.url, 200))
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'https:// and a public host without user and password, port 443 or from 1024 on; others as courier.allowed_hosts says.';
    END IF;
    RETURN v_place;
END
$$;
COMMENT ON FUNCTION howdah_private.webhook_check_url(pg_catalog.text) IS 'Refuse an address that no webhook may have.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_check_url(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_check_url(pg_catalog.text) TO howdah_owner;
