-- howdah.outbox_peek: mails and text messages that are to be sent or were, newest first, with their links and codes.
--
-- Runs as   definer: reads the outbox, opens its seals. EXECUTE is given to nobody: whoever has it can open any account by its links.
-- Takes     recipient: exactly this one; NULL: all. kind: email or sms.
CREATE FUNCTION howdah.outbox_peek(
    recipient pg_catalog.text DEFAULT NULL,
    kind pg_catalog.text DEFAULT NULL,
    max pg_catalog.int4 DEFAULT 20
)
RETURNS TABLE (
    id pg_catalog.text, message pg_catalog.text, sent_to pg_catalog.text, subject pg_catalog.text,
    link pg_catalog.text, code pg_catalog.text, text pg_catalog.text, html pg_catalog.text,
    state pg_catalog.text, created_at pg_catalog.timestamptz, cause pg_catalog.text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT o.id::pg_catalog.text, p.opened ->> 'template', o.recipient, p.opened ->> 'subject',
               p.opened ->> 'link', p.opened ->> 'code', p.opened ->> 'text', p.opened ->> 'html',
               o.state, o.created_at, o.cause
        FROM (
            SELECT m.* FROM (
                SELECT e.id, e.recipient, e.kind, e.payload, e.state, e.created_at, e.cause FROM howdah.outbox_entries AS e
                UNION ALL
                SELECT h.id, h.recipient, h.kind, h.payload, h.state, h.created_at, h.cause FROM howdah.outbox_history AS h
            ) AS m
            WHERE m.kind IN ('email', 'sms')
              AND (outbox_peek.recipient IS NULL OR m.recipient = outbox_peek.recipient)
              AND (outbox_peek.kind IS NULL OR m.kind = outbox_peek.kind)
            ORDER BY m.id DESC LIMIT outbox_peek.max
        ) AS o, LATERAL (SELECT howdah_private.open_sealed(o.payload) AS opened) AS p
        ORDER BY o.id DESC;
END
$$;
ALTER FUNCTION howdah.outbox_peek(pg_catalog.text, pg_catalog.text, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.outbox_peek(pg_catalog.text, pg_catalog.text, pg_catalog.int4)
    IS 'Mails and text messages, newest first, with their links and codes.';
REVOKE EXECUTE ON FUNCTION howdah.outbox_peek(pg_catalog.text, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
