-- howdah.send_sms: a text message, when the transaction commits.
--
-- Runs as   definer: writes the outbox.
-- Takes     to: a phone number in the international form. "from": a name or number that the sender may use, else what its row
--           says; sender: this one alone, else one of kind sms by weight.
-- Writes    a row of the outbox.
-- Returns   its id.
-- Raises    22023 for no number, no text, or one of more than 1,600 characters.
CREATE FUNCTION howdah.send_sms(
    "to"    pg_catalog.text,
    body    pg_catalog.text,
    "from"  pg_catalog.text        DEFAULT NULL,
    sender  pg_catalog.text        DEFAULT NULL,
    due_at  pg_catalog.timestamptz DEFAULT pg_catalog.now(),
    user_id pg_catalog.uuid        DEFAULT NULL,
    tenant  pg_catalog.text        DEFAULT ''
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_phone CONSTANT pg_catalog.text := howdah_private.auth_normalize_phone(send_sms."to");
BEGIN
    IF v_phone IS NULL THEN
        RAISE EXCEPTION 'to: a phone number in the international form' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM howdah_private.sender_check_text(send_sms.body, 1600);
    PERFORM howdah_private.sender_check_name('sms', send_sms.sender);
    RETURN howdah_private.sender_add(
        'sms', v_phone, pg_catalog.jsonb_build_object('text', send_sms.body, 'from', send_sms."from", 'sender', send_sms.sender),
        send_sms.tenant, send_sms.due_at, send_sms.user_id);
END
$$;
ALTER FUNCTION howdah.send_sms(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.send_sms(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text)
    IS 'A text message, when the transaction commits.';
REVOKE EXECUTE ON FUNCTION howdah.send_sms(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.send_sms(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text) TO service_role;
