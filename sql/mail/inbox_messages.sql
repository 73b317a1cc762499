-- howdah.inbox_messages: mails of the development inbox. GET /hooks/mail/inbox/messages?key=
--
-- Runs as   definer: reads the outbox. The key is the setting mail.inbox; without it nothing is there.
-- Returns   [{"id", "received_at", "to", "from", "subject", "text", "html", "attachments"}], newest first, at most a hundred.
CREATE FUNCTION howdah.inbox_messages(
    key pg_catalog.text DEFAULT NULL,
    "to" pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.mail_check_inbox(inbox_messages.key);
    PERFORM howdah_private.mail_page(type => 'application/json');
    RETURN COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'id', l.id, 'received_at', l.received_at, 'to', l.mail -> 'to', 'from', l.mail -> 'from',
            'subject', l.mail -> 'subject', 'text', l.mail -> 'text', 'html', l.mail -> 'html',
            'attachments', COALESCE((SELECT pg_catalog.jsonb_agg(a.file - 'content')
                                     FROM pg_catalog.jsonb_array_elements(l.mail -> 'attachments') AS a (file)), '[]'))
            ORDER BY l.received_at DESC, l.id DESC)
        FROM howdah_private.mail_inbox_list(100) AS l
        WHERE inbox_messages."to" IS NULL OR inbox_messages."to" = ANY (howdah_private.mail_recipients(l.mail))), '[]');
END
$$;
ALTER FUNCTION howdah.inbox_messages(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.inbox_messages(pg_catalog.text, pg_catalog.text)
    IS 'Mails of the development inbox.';
REVOKE EXECUTE ON FUNCTION howdah.inbox_messages(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.inbox_messages(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
