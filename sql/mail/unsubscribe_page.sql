-- howdah.unsubscribe_page: a page with one button, which takes its reader off a list. GET /hooks/mail/unsubscribe
--
-- Programs that read mail before people do open its links; they do not press buttons.
--
-- Runs as   definer: reads the key that links are signed with.
-- Returns   HTML; nothing in it comes from the link but the name of the list, escaped.
CREATE FUNCTION howdah.unsubscribe_page(
    token pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_said record;
BEGIN
    PERFORM howdah_private.mail_page();
    v_said := howdah_private.mail_read_unsubscribe(unsubscribe_page.token);
    RETURN howdah_private.mail_html('Unsubscribe', CASE
        WHEN v_said.address IS NULL THEN '<p>This link is not right. Use the one in the mail, as it is.</p>'
        ELSE pg_catalog.format(
            '<p>No more mails of the list <b>%s</b> to %s?</p><form method="post" action="unsubscribe?token=%s">'
            '<button type="submit">Unsubscribe</button></form>',
            howdah_private.mail_escape(v_said.list), howdah_private.mail_escape(v_said.address),
            unsubscribe_page.token) END);
END
$$;
ALTER FUNCTION howdah.unsubscribe_page(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.unsubscribe_page(pg_catalog.text)
    IS 'A page with one button, which takes its reader off a list.';
REVOKE EXECUTE ON FUNCTION howdah.unsubscribe_page(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.unsubscribe_page(pg_catalog.text) TO anon, authenticated, service_role;
