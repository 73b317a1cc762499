-- howdah.sms_status: a provider tells what became of a text message: POST or GET /hooks/sms/{sender}.
--
-- The address was given to the provider with the message (howdah_private.sms_status_url); Twilio, and MessageBird where the sender has
-- a hook_secret, sign the request as well.
--
-- Runs as   definer: opens the sender's secrets, writes the attempt.
-- Writes    howdah.deliveries: the attempt is confirmed, or failed with the provider's word; nothing while it is on its way.
-- Returns   204; 401 for what is not the provider's; 404 for an attempt that there is not (yet), or that is known already.
CREATE FUNCTION howdah.sms_status(
    sender    pg_catalog.text  DEFAULT NULL,
    outbox_id pg_catalog.text  DEFAULT NULL,
    token     pg_catalog.text  DEFAULT NULL,
    raw_body  pg_catalog.bytea DEFAULT ''
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_sender howdah.senders;
    v_said   pg_catalog.jsonb := '{"refused": true}';
BEGIN
    SELECT s.* INTO v_sender FROM howdah.senders AS s WHERE s.name = sms_status.sender AND s.kind = 'sms';
    -- Hashes are compared: of equal length, and of no use to whoever measures.
    IF v_sender.name IS NOT NULL AND sms_status.outbox_id ~ '^[0-9]{1,18}$'
        AND pg_catalog.sha256(pg_catalog.convert_to(sms_status.token, 'UTF8')) = pg_catalog.sha256(pg_catalog.convert_to(
            howdah_private.sms_status_token(v_sender.name, sms_status.outbox_id), 'UTF8')) THEN
        v_said := howdah_private.sender_callback(
            v_sender.driver, COALESCE(
                howdah_private.secret_open(v_sender.hook_secret, 'sender_hook:' || v_sender.name),
                CASE v_sender.driver WHEN 'twilio' THEN
                    howdah_private.secret_open(v_sender.secret, 'sender:' || v_sender.name) END),
            COALESCE(pg_catalog.rtrim(auth.get('api_external_url'), '/'), ''), COALESCE(sms_status.raw_body, ''),
            pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()))::pg_catalog.int8);
    END IF;
    IF v_said ? 'refused' THEN
        RETURN howdah_private.route_refuse(
            'HW401', hint => 'The address is the one that was sent with the message; api_external_url is how the provider calls it');
    ELSIF v_said ->> 'state' IS NOT NULL AND NOT howdah_private.outbox_confirmed(
        sms_status.outbox_id::pg_catalog.int8, 'sms', v_sender.name, v_said ->> 'state', v_said ->> 'error') THEN
        RETURN howdah_private.route_refuse('HW404', 'No attempt waits for that');
    END IF;
    RETURN howdah_private.auth_reply(NULL, 204);
END
$$;
ALTER FUNCTION howdah.sms_status(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bytea) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.sms_status(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bytea)
    IS 'A provider tells what became of a text message.';
REVOKE EXECUTE ON FUNCTION howdah.sms_status(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.sms_status(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bytea) TO anon, authenticated, service_role;
