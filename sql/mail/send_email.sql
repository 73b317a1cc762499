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
DECLARE
    -- Of texts: what is made of values of any type looks each type up.
    v_asked pg_catalog.jsonb := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(
        '{to,subject,text,html,from,reply_to,cc,bcc,template}',
        ARRAY[send_email."to", send_email.subject, send_email.text, send_email.html, send_email."from", send_email.reply_to,
              send_email.cc, send_email.bcc, send_email.template]));
    v_to    pg_catalog.text;
    v_id    pg_catalog.int8;
BEGIN
    IF send_email.headers IS NOT NULL OR send_email.attachments IS NOT NULL THEN
        v_asked := v_asked || pg_catalog.jsonb_build_object('headers', send_email.headers, 'attachments', send_email.attachments);
    END IF;
    IF send_email.template IS NOT NULL OR send_email.unsubscribe IS NOT NULL OR send_email.dedup_key IS NOT NULL THEN
        RETURN howdah_private.mail_add(
            v_asked
            || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(
                '{locale,tenant,unsubscribe,dedup_key,user_id}',
                ARRAY[send_email.locale, send_email.tenant, send_email.unsubscribe, send_email.dedup_key, send_email.user_id::pg_catalog.text]))
            || CASE WHEN send_email.due_at IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('due_at', send_email.due_at) END
            || CASE WHEN send_email.expires_at IS NULL THEN '{}'
               ELSE pg_catalog.jsonb_build_object('expires_at', send_email.expires_at) END
            || CASE WHEN send_email.vars IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('vars', send_email.vars) END);
    END IF;
    -- The common case: what mail_add does, without the calls on its way.
    v_asked := howdah_private.mail_accept(v_asked);
    IF pg_catalog.pg_column_size(v_asked) > 10485760 THEN
        RAISE EXCEPTION 'a message may have 10 MB' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    v_to := v_asked #>> '{to,0}';
    IF pg_catalog."right"(v_to, 1) = '>' THEN
        v_to := (howdah_private.mail_addresses(v_to))[1];
    END IF;
    INSERT INTO howdah.outbox_entries AS o (kind, tenant, recipient, lane, user_id, payload, cause, due_at, expires_at)
    VALUES ('email', COALESCE(send_email.tenant, ''), v_to, pg_catalog.split_part(v_to, '@', 2), send_email.user_id, v_asked,
            howdah_private.request_id(), COALESCE(send_email.due_at, pg_catalog.now()), send_email.expires_at)
    RETURNING o.id INTO v_id;
    RETURN v_id;
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
