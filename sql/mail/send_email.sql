-- howdah.send_email: a mail that leaves when the transaction commits, and not if it does not.
--
-- Runs as   definer: writes the outbox, reads templates.
-- Takes     to, cc, bcc: addresses with commas, each like Ada <ada@example.com>, fifty together. Either a subject with text, html
--           or both, or a template with vars; a subject beside a template stands in its place. locale: de-AT is de-AT, else de, else
--           for all. headers: {"X-Campaign": "spring"}. attachments: [{"name", "type", "content" (base64), "id" (for
--           <img src="cid:id">)}]. tenant: each tenant's mails are carried in turn. unsubscribe: the name of a list; the mail
--           then carries a link that takes its reader off it. dedup_key: asked for twice within a week, it is sent once. user_id:
--           the mail goes when the user is erased.
-- Writes    one row of the outbox; the couriers are called at commit.
-- Returns   its id: the same in howdah.outbox, howdah.deliveries and the Message-ID.
-- Raises    22023 for what is wrong with any of it, in words; nothing is sent then.
CREATE FUNCTION howdah.send_email(
    "to" pg_catalog.text,
    subject pg_catalog.text DEFAULT NULL,
    text pg_catalog.text DEFAULT NULL,
    html pg_catalog.text DEFAULT NULL,
    template pg_catalog.text DEFAULT NULL,
    vars pg_catalog.jsonb DEFAULT NULL,
    locale pg_catalog.text DEFAULT NULL,
    "from" pg_catalog.text DEFAULT NULL,
    reply_to pg_catalog.text DEFAULT NULL,
    cc pg_catalog.text DEFAULT NULL,
    bcc pg_catalog.text DEFAULT NULL,
    headers pg_catalog.jsonb DEFAULT NULL,
    attachments pg_catalog.jsonb DEFAULT NULL,
    tenant pg_catalog.text DEFAULT NULL,
    due_at pg_catalog.timestamptz DEFAULT NULL,
    expires_at pg_catalog.timestamptz DEFAULT NULL,
    unsubscribe pg_catalog.text DEFAULT NULL,
    dedup_key pg_catalog.text DEFAULT NULL,
    user_id pg_catalog.uuid DEFAULT NULL
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN howdah_private.mail_add(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'to', send_email."to",
        'subject', send_email.subject,
        'text', send_email.text,
        'html', send_email.html,
        'template', send_email.template,
        'locale', send_email.locale,
        'from', send_email."from",
        'reply_to', send_email.reply_to,
        'cc', send_email.cc,
        'bcc', send_email.bcc,
        'tenant', send_email.tenant,
        'due_at', send_email.due_at,
        'expires_at', send_email.expires_at,
        'unsubscribe', send_email.unsubscribe,
        'dedup_key', send_email.dedup_key,
        'user_id', send_email.user_id))
        || CASE WHEN send_email.vars IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('vars', send_email.vars) END
        || CASE WHEN send_email.headers IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('headers', send_email.headers) END
        || CASE WHEN send_email.attachments IS NULL THEN '{}'
           ELSE pg_catalog.jsonb_build_object('attachments', send_email.attachments) END);
END
$$;
ALTER FUNCTION howdah.send_email(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.send_email(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.uuid)
    IS 'A mail that leaves when the transaction commits.';
REVOKE EXECUTE ON FUNCTION howdah.send_email(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.send_email(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.timestamptz, pg_catalog.text, pg_catalog.text, pg_catalog.uuid) TO service_role;
