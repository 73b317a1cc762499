-- howdah.set_sender: an account at a service that carries push messages, text messages, chat messages or posts; called
-- again, change it.
--
-- Runs as   definer: writes howdah.senders.
-- Takes     kind: push, sms, chat, social. driver: of push web, fcm, apns; of the others a shipped one (howdah.sender_drivers)
--           or http, whose settings say the request. settings, secret: what the driver needs (docs/MESSAGING.md); NULL leaves
--           either as it is. weight: how often it is chosen among several.
--           hook_secret: what the provider signs its notices with (POST /hooks/sms/<name>), if not with the secret.
-- Writes    the row, the secrets sealed; one howdah.audit row without it.
-- Returns   the row without its secret.
-- Raises    22023 with what would be right.
CREATE FUNCTION howdah.set_sender(
    name     pg_catalog.text,
    kind     pg_catalog.text,
    driver   pg_catalog.text,
    settings pg_catalog.jsonb DEFAULT NULL,
    secret   pg_catalog.text  DEFAULT NULL,
    weight   pg_catalog.int4  DEFAULT 1,
    enabled  pg_catalog.bool  DEFAULT true,
    hook_secret pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_old howdah.senders;
    v_row howdah.senders;
BEGIN
    SELECT s.* INTO v_old FROM howdah.senders AS s
    WHERE s.name = set_sender.name AND s.kind = set_sender.kind AND s.driver = set_sender.driver FOR UPDATE;
    v_row.settings := COALESCE(set_sender.settings, v_old.settings, '{}');
    v_row.secret := COALESCE(
        howdah_private.secret_seal(set_sender.secret, 'sender:' || set_sender.name), v_old.secret);
    v_row.hook_secret := COALESCE(
        howdah_private.secret_seal(set_sender.hook_secret, 'sender_hook:' || set_sender.name), v_old.hook_secret);
    IF set_sender.kind = 'push' THEN
        PERFORM howdah_private.push_check_sender(
            set_sender.driver, v_row.settings,
            COALESCE(set_sender.secret, howdah_private.secret_open(v_row.secret, 'sender:' || set_sender.name), ''));
    ELSE
        PERFORM howdah_private.sender_check(
            set_sender.kind, set_sender.driver, v_row.settings, v_row.secret IS NOT NULL);
    END IF;
    INSERT INTO howdah.senders AS s (name, kind, driver, settings, secret, hook_secret, weight, enabled)
    VALUES (set_sender.name, set_sender.kind, set_sender.driver, v_row.settings, v_row.secret, v_row.hook_secret,
            COALESCE(set_sender.weight, 1), COALESCE(set_sender.enabled, true))
    ON CONFLICT ON CONSTRAINT senders_pkey
    DO UPDATE SET kind = excluded.kind, driver = excluded.driver, settings = excluded.settings, secret = excluded.secret,
                  hook_secret = excluded.hook_secret, weight = excluded.weight, enabled = excluded.enabled, updated_at = pg_catalog.now()
    RETURNING s.* INTO v_row;
    PERFORM howdah_private.record_audit('set_sender', pg_catalog.jsonb_build_object(
        'name', v_row.name, 'kind', v_row.kind, 'driver', v_row.driver, 'enabled', v_row.enabled));
    RETURN pg_catalog.to_jsonb(v_row) - '{secret,hook_secret}'::pg_catalog.text[] || pg_catalog.jsonb_build_object('has_secret', v_row.secret IS NOT NULL);
END
$$;
ALTER FUNCTION howdah.set_sender(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4, pg_catalog.bool, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set_sender(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4, pg_catalog.bool, pg_catalog.text)
    IS 'An account at a service that carries messages; called again, change it.';
REVOKE EXECUTE ON FUNCTION howdah.set_sender(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4, pg_catalog.bool, pg_catalog.text) FROM PUBLIC;
