-- howdah.unsubscribe: take the address of a link off its list. POST /hooks/mail/unsubscribe
--
-- By the button of the page, and by mail programs themselves (RFC 8058: List-Unsubscribe=One-Click).
--
-- Runs as   definer: writes the suppressions.
-- Writes    one row of howdah.email_suppressions, the first time.
-- Returns   HTML that says that it is done; or that the link is not right, with status 400.
CREATE FUNCTION howdah.unsubscribe(
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
    v_said := howdah_private.mail_read_unsubscribe(unsubscribe.token);
    IF v_said.address IS NULL THEN
        PERFORM pg_catalog.set_config('response.status', '400', true);
        RETURN howdah_private.mail_html(
            'Unsubscribe', '<p>This link is not right. Use the one in the mail, as it is.</p>');
    END IF;
    PERFORM howdah_private.mail_suppress(v_said.address, 'unsubscribe', v_said.list);
    RETURN howdah_private.mail_html('Unsubscribed', pg_catalog.format(
        '<p>No more mails of the list <b>%s</b> will be sent to %s.</p>',
        howdah_private.mail_escape(v_said.list), howdah_private.mail_escape(v_said.address)));
END
$$;
ALTER FUNCTION howdah.unsubscribe(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.unsubscribe(pg_catalog.text)
    IS 'Take the address of a link off its list.';
REVOKE EXECUTE ON FUNCTION howdah.unsubscribe(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.unsubscribe(pg_catalog.text) TO anon, authenticated, service_role;
