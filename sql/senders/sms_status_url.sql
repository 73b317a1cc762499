-- howdah_private.sms_status_url: where a provider tells what became of a message.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   our address if the sender's settings.status_callback is true and auth.get('api_external_url') says how we are reached; one
--           of the DBA's own if it is a text; else ''.
CREATE FUNCTION howdah_private.sms_status_url(sender pg_catalog.text, settings pg_catalog.jsonb, id pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN pg_catalog.jsonb_typeof(s.wanted) = 'string' THEN s.wanted #>> '{}'
        WHEN s.wanted = 'true' AND s.base <> '' THEN pg_catalog.format(
            '%s/hooks/sms/%s?outbox_id=%s&token=%s', s.base, sms_status_url.sender, sms_status_url.id,
            howdah_private.sms_status_token(sms_status_url.sender, sms_status_url.id::pg_catalog.text))
        ELSE '' END
    FROM (SELECT sms_status_url.settings -> 'status_callback' AS wanted,
                 pg_catalog.rtrim(auth.get('api_external_url'), '/') AS base) AS s
$$;
COMMENT ON FUNCTION howdah_private.sms_status_url(pg_catalog.text, pg_catalog.jsonb, pg_catalog.int8)
    IS 'Where a provider tells what became of a message.';
REVOKE EXECUTE ON FUNCTION howdah_private.sms_status_url(pg_catalog.text, pg_catalog.jsonb, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sms_status_url(pg_catalog.text, pg_catalog.jsonb, pg_catalog.int8) TO howdah_owner;
