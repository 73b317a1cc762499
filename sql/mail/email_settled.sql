-- howdah_private.email_settled: what follows from an attempt to send a mail.
--
-- Runs as   invoker: howdah_private.outbox_settled, for howdah.settle, which is howdah_owner.
-- Writes    addresses that the server says do not exist are suppressed; those that it did not take for now, of a mail that others
--           have, are a mail of their own: the same message, with the same Message-ID.
CREATE FUNCTION howdah_private.email_settled(
    entry howdah_private.outbox_entry,
    outcome pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry CONSTANT howdah_private.outbox_entry := email_settled.entry;
    v_left  pg_catalog.text[];
    v_one   record;
BEGIN
    IF NOT email_settled.outcome ? 'refused' THEN
        RETURN;
    END IF;
    FOR v_one IN
        SELECT r.address, r.response, r.hard
        FROM pg_catalog.jsonb_to_recordset(email_settled.outcome -> 'refused')
            AS r (address pg_catalog.text, response pg_catalog.text, hard pg_catalog.bool, permanent pg_catalog.bool)
        WHERE r.hard
    LOOP
        PERFORM howdah_private.mail_suppress(v_one.address, 'bounce', '', v_one.response);
    END LOOP;
    IF NOT COALESCE((email_settled.outcome ->> 'delivered')::pg_catalog.bool, false) THEN
        RETURN;
    END IF;
    SELECT pg_catalog.array_agg(r.address) INTO v_left
    FROM pg_catalog.jsonb_to_recordset(email_settled.outcome -> 'refused')
        AS r (address pg_catalog.text, permanent pg_catalog.bool)
    WHERE NOT r.permanent;
    IF v_left IS NULL OR v_entry.attempts >= v_entry.max_attempts THEN
        RETURN;
    END IF;
    PERFORM howdah_private.outbox_add(
        'email', v_left[1], v_entry.payload || pg_catalog.jsonb_build_object(
            'only', v_left, 'date', pg_catalog.floor(EXTRACT(epoch FROM v_entry.created_at))::pg_catalog.int8,
            'message_id', COALESCE(v_entry.payload ->> 'message_id', howdah_private.mail_message_id(
                v_entry.id, v_entry.created_at, pg_catalog.rtrim(pg_catalog.split_part(COALESCE(
                    v_entry.payload ->> 'from', (SELECT s.sender FROM howdah_private.mail_settings() AS s),
                    'howdah.invalid'), '@', -1), '>')))),
        lane => pg_catalog.split_part(v_left[1], '@', 2), user_id => v_entry.user_id, tenant => v_entry.tenant,
        due_at => pg_catalog.now() + interval '5 minutes', expires_at => v_entry.expires_at,
        max_attempts => v_entry.max_attempts - v_entry.attempts);
END
$$;
COMMENT ON FUNCTION howdah_private.email_settled(howdah_private.outbox_entry, pg_catalog.jsonb)
    IS 'What follows from an attempt to send a mail.';
REVOKE EXECUTE ON FUNCTION howdah_private.email_settled(howdah_private.outbox_entry, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.email_settled(howdah_private.outbox_entry, pg_catalog.jsonb) TO howdah_owner;
