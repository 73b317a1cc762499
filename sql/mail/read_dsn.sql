-- howdah.read_dsn: a delivery status notification (RFC 3464) that came back to the sender of a mail.
--
-- For whatever reads the sender's mailbox: it hands over each mail as it is. A report is believed only for a mail of ours: its
-- Message-ID must be one that we have made, which nobody can who has not seen the mail.
--
-- Runs as   definer: reads the outbox, writes the suppressions.
-- Writes    addresses that do not exist, of those that the mail went to, are suppressed.
-- Returns   how many; NULL if the message is no report on a mail of ours.
CREATE FUNCTION howdah.read_dsn(
    message pg_catalog.bytea
)
RETURNS pg_catalog.int4
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_report CONSTANT pg_catalog.jsonb := howdah_private.dsn_read(read_dsn.message);
    v_said   CONSTANT pg_catalog.text[] := pg_catalog.regexp_match(
        v_report ->> 'message_id', '^<([0-9]{1,18})[.]([0-9a-f]{24})@([A-Za-z0-9.-]+)>$');
    v_mail   record;
    v_one    record;
    v_count  pg_catalog.int4 := 0;
BEGIN
    SELECT m.id, m.created_at, m.recipient, m.payload INTO v_mail
    FROM (SELECT e.id, e.created_at, e.recipient, e.payload FROM howdah.outbox_entries AS e
          WHERE e.id = v_said[1]::pg_catalog.int8 AND e.kind = 'email'
          UNION ALL
          SELECT h.id, h.created_at, h.recipient, h.payload FROM howdah.outbox_history AS h
          WHERE h.id = v_said[1]::pg_catalog.int8 AND h.kind = 'email') AS m
    LIMIT 1;
    IF NOT FOUND
       OR howdah_private.mail_message_id(v_mail.id, v_mail.created_at, v_said[3]) <> v_report ->> 'message_id' THEN
        RETURN NULL;
    END IF;
    FOR v_one IN
        SELECT howdah_private.auth_normalize_email(r.recipient) AS address, r.diagnostic
        FROM pg_catalog.jsonb_to_recordset(v_report -> 'recipients')
            AS r (recipient pg_catalog.text, diagnostic pg_catalog.text, hard pg_catalog.bool)
        WHERE r.hard
    LOOP
        IF v_one.address = ANY (v_mail.recipient || CASE
            WHEN v_mail.payload ? 'to' THEN howdah_private.mail_recipients(v_mail.payload) ELSE '{}' END) THEN
            PERFORM howdah_private.mail_suppress(v_one.address, 'bounce', '', v_one.diagnostic);
            v_count := v_count + 1;
        END IF;
    END LOOP;
    RETURN v_count;
END
$$;
ALTER FUNCTION howdah.read_dsn(pg_catalog.bytea) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.read_dsn(pg_catalog.bytea)
    IS 'A delivery status notification that came back: hard bounces are suppressed.';
REVOKE EXECUTE ON FUNCTION howdah.read_dsn(pg_catalog.bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.read_dsn(pg_catalog.bytea) TO service_role;
