-- howdah.inbox_page: the development inbox as a page. GET /hooks/mail/inbox?key=&message=
--
-- Runs as   definer: reads the outbox. The key is the setting mail.inbox; without it nothing is there.
-- Returns   HTML: the list, or one mail. Its HTML stands in a frame that runs no script and loads nothing.
CREATE FUNCTION howdah.inbox_page(
    key pg_catalog.text DEFAULT NULL,
    message pg_catalog.int8 DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_rows pg_catalog.text;
    v_mail pg_catalog.jsonb;
BEGIN
    PERFORM howdah_private.mail_check_inbox(inbox_page.key);
    PERFORM howdah_private.mail_page();
    IF inbox_page.message IS NOT NULL THEN
        SELECT l.mail INTO v_mail FROM howdah_private.mail_inbox_list(1, inbox_page.message) AS l;
        RETURN howdah_private.mail_html(COALESCE(v_mail ->> 'subject', 'No such mail'), pg_catalog.format(
            '<p><a href="inbox?key=%s">All mails</a></p><p>To %s</p><pre>%s</pre>%s', inbox_page.key,
            howdah_private.mail_escape(pg_catalog.array_to_string(howdah_private.mail_recipients(v_mail), ', ')),
            howdah_private.mail_escape(v_mail ->> 'text'),
            CASE WHEN v_mail ->> 'html' IS NULL THEN '' ELSE pg_catalog.format(
                '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="%s"></iframe>',
                howdah_private.mail_escape(v_mail ->> 'html')) END));
    END IF;
    SELECT pg_catalog.string_agg(pg_catalog.format(
        '<tr><td>%s</td><td>%s</td><td><a href="inbox?key=%s&amp;message=%s">%s</a></td></tr>',
        pg_catalog.to_char(l.received_at, 'YYYY-MM-DD HH24:MI:SS'),
        howdah_private.mail_escape(pg_catalog.array_to_string(howdah_private.mail_recipients(l.mail), ', ')),
        inbox_page.key, l.id, howdah_private.mail_escape(l.mail ->> 'subject')),
        '' ORDER BY l.received_at DESC, l.id DESC) INTO v_rows
    FROM howdah_private.mail_inbox_list(100) AS l;
    RETURN howdah_private.mail_html('Inbox', COALESCE(
        '<table><tr><th>When</th><th>To</th><th>Subject</th></tr>' || v_rows || '</table>',
        '<p>No mail has been sent yet.</p>'));
END
$$;
ALTER FUNCTION howdah.inbox_page(pg_catalog.text, pg_catalog.int8) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.inbox_page(pg_catalog.text, pg_catalog.int8)
    IS 'The development inbox as a page.';
REVOKE EXECUTE ON FUNCTION howdah.inbox_page(pg_catalog.text, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.inbox_page(pg_catalog.text, pg_catalog.int8) TO anon, authenticated, service_role;
