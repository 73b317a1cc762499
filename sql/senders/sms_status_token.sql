-- howdah_private.sms_status_token: what an address for notices of one message by one sender ends with; nobody else can make it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.sms_status_token(sender pg_catalog.text, id pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog."left"(pg_catalog.encode(howdah_private.server_hmac(
        'sms status', sms_status_token.sender || E'\n' || sms_status_token.id), 'hex'), 32)
$$;
COMMENT ON FUNCTION howdah_private.sms_status_token(pg_catalog.text, pg_catalog.text)
    IS 'What an address for notices of one message ends with.';
REVOKE EXECUTE ON FUNCTION howdah_private.sms_status_token(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sms_status_token(pg_catalog.text, pg_catalog.text) TO howdah_owner;
