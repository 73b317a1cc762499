-- howdah_private.mail_add: one mail, as a row that commits with its cause.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     the arguments of howdah.send_email as members.
-- Writes    a row of the outbox, unless there is one of this dedup_key.
-- Returns   its id.
-- Raises    as howdah_private.mail_asked.
CREATE FUNCTION howdah_private.mail_add(
    asked pg_catalog.jsonb
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant CONSTANT pg_catalog.text := COALESCE(mail_add.asked ->> 'tenant', '');
    v_key    CONSTANT pg_catalog.text := mail_add.asked ->> 'dedup_key';
    v_mail   record;
    v_id     pg_catalog.int8;
BEGIN
    v_mail := howdah_private.mail_asked(mail_add.asked);
    IF v_key IS NOT NULL THEN
        INSERT INTO howdah.email_dedup_keys AS k (tenant, key) VALUES (v_tenant, v_key) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RETURN (SELECT k.outbox_id FROM howdah.email_dedup_keys AS k WHERE k.tenant = v_tenant AND k.key = v_key);
        END IF;
    END IF;
    v_id := howdah_private.outbox_add(
        'email', v_mail.address, v_mail.payload,
        lane => pg_catalog.split_part(v_mail.address, '@', 2), tenant => v_tenant,
        user_id => (mail_add.asked ->> 'user_id')::pg_catalog.uuid,
        due_at => (mail_add.asked ->> 'due_at')::pg_catalog.timestamptz,
        expires_at => (mail_add.asked ->> 'expires_at')::pg_catalog.timestamptz);
    IF v_key IS NOT NULL THEN
        UPDATE howdah.email_dedup_keys AS k SET outbox_id = v_id WHERE k.tenant = v_tenant AND k.key = v_key;
    END IF;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_add(pg_catalog.jsonb)
    IS 'One mail, as a row of the outbox.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_add(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_add(pg_catalog.jsonb) TO howdah_owner;
