-- howdah.mail_hook: a notice of a provider: bounces and complaints. POST /hooks/mail/{provider}
--
-- provider is the name of a transport; its kind says how the notice is signed, its hook_secret with what. For SES the topic of
-- SNS subscribes to this address: hook_secret is the topic's ARN, and a subscription to it is confirmed at once.
--
-- Runs as   definer: reads the transports, writes the suppressions.
-- Writes    addresses that bounced for good, complained or unsubscribed are suppressed.
-- Returns   200 {"suppressed": n}; 202 while a certificate is fetched; 401 for a notice that is not the provider's, and for a
--           transport that there is not.
CREATE FUNCTION howdah.mail_hook(
    provider pg_catalog.text DEFAULT NULL,
    raw_body pg_catalog.bytea DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_transport record;
    v_genuine   pg_catalog.bool := false;
    v_count     pg_catalog.int4;
BEGIN
    SELECT t.name, t.kind, howdah_private.secret_open(t.hook_secret, 'email_hook:' || t.name) AS secret INTO v_transport
    FROM howdah.email_transports AS t
    WHERE t.name = mail_hook.provider AND t.hook_secret IS NOT NULL;
    IF v_transport.kind = 'ses' THEN
        v_genuine := howdah_private.mail_hook_sns(v_transport.secret, mail_hook.raw_body);
        IF v_genuine IS NULL THEN
            RETURN howdah_private.auth_wait('sns:' || pg_catalog.md5(mail_hook.raw_body));
        END IF;
    ELSIF v_transport.kind IS NOT NULL THEN
        v_genuine := howdah_private.mail_hook_genuine(
            v_transport.kind, v_transport.secret, mail_hook.raw_body,
            pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()))::pg_catalog.int8);
    END IF;
    IF NOT COALESCE(v_genuine, false) THEN
        RETURN howdah_private.route_refuse(
            'HW401', hint => 'The path ends with the name of a transport that has a hook_secret: that of the provider');
    END IF;
    SELECT pg_catalog.count(s.*) INTO v_count
    FROM howdah_private.mail_hook_events(v_transport.kind, mail_hook.raw_body) AS e,
         LATERAL (SELECT howdah_private.mail_suppress(e.address, e.reason, '', e.detail)) AS s;
    RETURN ROW(200, pg_catalog.jsonb_build_object('suppressed', v_count), '{}')::auth.answer;
END
$$;
ALTER FUNCTION howdah.mail_hook(pg_catalog.text, pg_catalog.bytea) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.mail_hook(pg_catalog.text, pg_catalog.bytea)
    IS 'A notice of a provider: bounces and complaints.';
REVOKE EXECUTE ON FUNCTION howdah.mail_hook(pg_catalog.text, pg_catalog.bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.mail_hook(pg_catalog.text, pg_catalog.bytea) TO anon, authenticated, service_role;
