-- howdah.send_emails: many mails at once: each an object with the arguments of howdah.send_email as members.
--
-- One statement writes all rows: about half of what one call a mail costs.
--
-- Runs as   definer: as howdah.send_email.
-- Returns   their ids, in order.
-- Raises    as howdah.send_email, and 22023 for a member that is none; then none of them is sent.
CREATE FUNCTION howdah.send_emails(
    mails pg_catalog.jsonb[]
)
RETURNS pg_catalog.int8[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_unknown pg_catalog.text;
    v_ids     pg_catalog.int8[];
BEGIN
    SELECT k.name INTO v_unknown
    FROM pg_catalog.unnest(send_emails.mails) AS m (mail), pg_catalog.jsonb_object_keys(m.mail) AS k (name)
    WHERE k.name NOT IN (
        'to', 'subject', 'text', 'html', 'template', 'vars', 'locale', 'from', 'reply_to', 'cc', 'bcc', 'headers',
        'attachments', 'tenant', 'due_at', 'expires_at', 'unsubscribe', 'dedup_key', 'user_id')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a mail has no member "%"', v_unknown
            USING ERRCODE = 'invalid_parameter_value', HINT = 'They are the arguments of howdah.send_email.';
    END IF;
    -- A key is looked up before the next row.
    IF EXISTS (SELECT 1 FROM pg_catalog.unnest(send_emails.mails) AS m (mail) WHERE m.mail ->> 'dedup_key' IS NOT NULL) THEN
        SELECT pg_catalog.array_agg(howdah_private.mail_add(m.mail) ORDER BY m.n) INTO v_ids
        FROM pg_catalog.unnest(send_emails.mails) WITH ORDINALITY AS m (mail, n);
        RETURN v_ids;
    END IF;
    WITH made AS (
        INSERT INTO howdah.outbox_entries AS o
            (kind, tenant, recipient, lane, user_id, payload, cause, due_at, expires_at)
        SELECT 'email', COALESCE(m.mail ->> 'tenant', ''), a.address, pg_catalog.split_part(a.address, '@', 2),
               (m.mail ->> 'user_id')::pg_catalog.uuid, a.payload, howdah_private.request_id(),
               COALESCE((m.mail ->> 'due_at')::pg_catalog.timestamptz, pg_catalog.now()),
               (m.mail ->> 'expires_at')::pg_catalog.timestamptz
        FROM pg_catalog.unnest(send_emails.mails) WITH ORDINALITY AS m (mail, n)
        CROSS JOIN LATERAL howdah_private.mail_asked(m.mail) AS a
        ORDER BY m.n
        RETURNING o.id
    )
    SELECT pg_catalog.array_agg(d.id ORDER BY d.id) INTO v_ids FROM made AS d;
    RETURN COALESCE(v_ids, '{}');
END
$$;
ALTER FUNCTION howdah.send_emails(pg_catalog.jsonb[]) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.send_emails(pg_catalog.jsonb[])
    IS 'Many mails at once.';
REVOKE EXECUTE ON FUNCTION howdah.send_emails(pg_catalog.jsonb[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.send_emails(pg_catalog.jsonb[]) TO service_role;
