-- howdah.outbox_peek: mails and text messages that are to be sent or were, newest first, with their links and codes.
--
-- Runs as   definer: reads howdah.outbox. EXECUTE is given to nobody: whoever has it can open any account by its links.
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
        SELECT o.id::pg_catalog.text, o.payload ->> 'template', o.recipient, o.payload ->> 'subject',
               o.payload ->> 'link', o.payload ->> 'code', o.payload ->> 'text', o.payload ->> 'html',
               o.state, o.created_at, o.cause
        FROM howdah.outbox AS o
        WHERE o.kind IN ('email', 'sms')
          AND (outbox_peek.recipient IS NULL OR o.recipient = outbox_peek.recipient)
          AND (outbox_peek.kind IS NULL OR o.kind = outbox_peek.kind)
        ORDER BY o.id DESC LIMIT outbox_peek.max;
END
$$;
ALTER FUNCTION howdah.outbox_peek(pg_catalog.text, pg_catalog.text, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.outbox_peek(pg_catalog.text, pg_catalog.text, pg_catalog.int4)
    IS 'Mails and text messages, newest first, with their links and codes.';
REVOKE EXECUTE ON FUNCTION howdah.outbox_peek(pg_catalog.text, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
