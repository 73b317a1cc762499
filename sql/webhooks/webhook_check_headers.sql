-- howdah_private.webhook_check_headers: refuse headers that are no headers, or that are the courier's business.
--
-- Raises    22023.
CREATE FUNCTION howdah_private.webhook_check_headers(headers pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.jsonb_typeof(webhook_check_headers.headers) <> 'object' OR EXISTS (
        SELECT 1 FROM pg_catalog.jsonb_each(webhook_check_headers.headers) AS h
        WHERE h.key !~ '^[a-zA-Z0-9-]{1,100}$'
           OR h.key ~* '^(webhook-|proxy-|host$|connection$|content-length$|content-type$|transfer-encoding$|te$|trailer$|upgrade$|expect$|accept-encoding$)'
           OR pg_catalog.jsonb_typeof(h.value) <> 'string'
           OR h.value #>> '{}' !~ '^[ -~]*$' OR pg_catalog.length(h.value #>> '{}') > 2000)
    THEN
        RAISE EXCEPTION 'headers are an object of names and texts'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'webhook-*, content-type and those that frame a message are set by Howdah.';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.webhook_check_headers(pg_catalog.jsonb) IS 'Refuse headers that a webhook may not have.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_check_headers(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_check_headers(pg_catalog.jsonb) TO howdah_owner;
