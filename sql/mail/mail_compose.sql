-- howdah_private.mail_compose: a row of the outbox as the message that it is, rendered, its seals opened.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   what howdah_core::mail reads, without from and message_id where the row has none.
CREATE FUNCTION howdah_private.mail_compose(
    entry howdah_private.outbox_entry
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail pg_catalog.jsonb := mail_compose.entry.payload;
    v_made record;
BEGIN
    IF v_mail ? 'version' THEN
        SELECT r.subject, r.html, r.text INTO STRICT v_made
        FROM howdah.email_template_versions AS v
        LEFT JOIN howdah.email_template_versions AS l ON l.id = (v_mail ->> 'layout')::pg_catalog.int8,
             howdah_private.mail_template_render(
                 v.subject, v.html, v.text, l.html, v_mail -> 'vars') AS r
        WHERE v.id = (v_mail ->> 'version')::pg_catalog.int8;
        v_mail := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'subject', v_made.subject, 'html', v_made.html, 'text', v_made.text))
            || (v_mail - ARRAY['version', 'layout', 'vars']);
    ELSIF NOT v_mail ? 'to' THEN
        -- A message of accounts: link and code are in it, and are not sent beside it.
        v_mail := howdah_private.open_sealed(v_mail - ARRAY['template', 'link', 'code'])
            || pg_catalog.jsonb_build_object('to', mail_compose.entry.recipient);
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'date', pg_catalog.floor(EXTRACT(epoch FROM mail_compose.entry.created_at))::pg_catalog.int8) || v_mail;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_compose(howdah_private.outbox_entry)
    IS 'A row of the outbox as the message that it is.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_compose(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_compose(howdah_private.outbox_entry) TO howdah_owner;
