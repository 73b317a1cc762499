-- howdah.set_webhook_endpoint: somebody who is sent webhooks; called again, change him.
--
-- Runs as   definer: writes howdah.webhook_endpoints.
-- Takes     events: which of howdah.publish he gets: names, 'order.*' for all that begin so; NULL: every one; '{}': none, only
--           what is sent to him by name. secret: 'whsec_…', or 'whsk_…' of a key pair; NULL: one is made, a present one stays (howdah.rotate_webhook_secret
--           changes it). headers: sent with each request, such as {"Authorization": "Bearer …"}; NULL leaves them. tenant: whose
--           events he gets; '' those of all.
-- Writes    the row, secret and headers sealed, enabled; one howdah.audit row without them.
-- Returns   the secret if it was made now: the receiver needs it. howdah.webhook_secret shows it again.
-- Raises    22023 for a name, address, secret or header that is none.
CREATE FUNCTION howdah.set_webhook_endpoint(
    name    pg_catalog.text,
    url     pg_catalog.text,
    events  pg_catalog.text[] DEFAULT NULL,
    secret  pg_catalog.text   DEFAULT NULL,
    headers pg_catalog.jsonb  DEFAULT NULL,
    tenant  pg_catalog.text   DEFAULT ''
)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made    pg_catalog.text;
    v_headers pg_catalog.text;
BEGIN
    IF set_webhook_endpoint.name !~ '^[A-Za-z0-9_.-]{1,100}$' IS NOT FALSE THEN
        RAISE EXCEPTION 'the name of an endpoint is 1 to 100 letters, digits, _, . and -'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM howdah_private.webhook_check_url(set_webhook_endpoint.url);
    IF set_webhook_endpoint.secret IS NOT NULL THEN
        PERFORM howdah_private.webhook_sign('', 0, '', ARRAY[set_webhook_endpoint.secret]);
    ELSIF NOT EXISTS (SELECT 1 FROM howdah.webhook_endpoints AS e WHERE e.name = set_webhook_endpoint.name) THEN
        v_made := howdah_private.webhook_make_secret();
    END IF;
    IF set_webhook_endpoint.headers IS NOT NULL THEN
        PERFORM howdah_private.webhook_check_headers(set_webhook_endpoint.headers);
        v_headers := howdah_private.secret_seal(
            set_webhook_endpoint.headers::pg_catalog.text, 'webhook_endpoint_headers:' || set_webhook_endpoint.name);
    END IF;
    INSERT INTO howdah.webhook_endpoints AS e (name, url, events, secret, headers, tenant)
    VALUES (set_webhook_endpoint.name, set_webhook_endpoint.url, set_webhook_endpoint.events,
            howdah_private.secret_seal(COALESCE(set_webhook_endpoint.secret, v_made, ''),
                                       'webhook_endpoint:' || set_webhook_endpoint.name),
            v_headers, COALESCE(set_webhook_endpoint.tenant, ''))
    ON CONFLICT ON CONSTRAINT webhook_endpoints_pkey DO UPDATE
    SET url = excluded.url, events = excluded.events, tenant = excluded.tenant,
        secret = CASE WHEN set_webhook_endpoint.secret IS NULL THEN e.secret ELSE excluded.secret END,
        headers = COALESCE(excluded.headers, e.headers),
        disabled_at = NULL, disabled_reason = NULL, updated_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('set_webhook_endpoint', pg_catalog.jsonb_build_object(
        'name', set_webhook_endpoint.name, 'url', set_webhook_endpoint.url));
    RETURN v_made;
END
$$;
ALTER FUNCTION howdah.set_webhook_endpoint(
    pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set_webhook_endpoint(
    pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    IS 'Somebody who is sent webhooks; called again, change him.';
REVOKE EXECUTE ON FUNCTION howdah.set_webhook_endpoint(
    pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
