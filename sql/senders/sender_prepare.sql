-- howdah_private.sender_prepare: what the courier is to do for a text message, a chat message or a post.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Returns   the request, made by the sender's templates; {"defer"} while there is no sender, or a user's token is being
--           refreshed; {"refuse": "no_provider_token"} if he has none any more.
-- Raises    22023 if the sender's row makes no request.
CREATE FUNCTION howdah_private.sender_prepare(entry howdah_private.outbox_entry)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry   CONSTANT howdah_private.outbox_entry := sender_prepare.entry;
    v_payload CONSTANT pg_catalog.jsonb := howdah_private.open_sealed(v_entry.payload);
    v_stable  CONSTANT pg_catalog.text := pg_catalog.encode(pg_catalog.substr(
        howdah_private.server_hmac('sender_id', v_entry.id::pg_catalog.text), 1, 16), 'hex');
    v_sender  record;
    v_answer  auth.answer;
BEGIN
    SELECT p.* INTO v_sender
    FROM howdah_private.sender_pick(v_entry.kind, v_entry.id, v_entry.attempts, named => v_payload ->> 'sender') AS p;
    IF NOT FOUND THEN
        RETURN '{"defer": 30}';
    END IF;
    IF v_payload ? 'provider' THEN
        v_answer := howdah_private.auth_fresh_provider_token(v_entry.user_id, v_payload ->> 'provider');
        IF v_answer.status = 202 THEN
            RETURN '{"defer": 1}';
        ELSIF v_answer.status = 404 THEN
            RETURN '{"refuse": "no_provider_token"}';
        ELSIF v_answer.status <> 200 THEN
            RETURN '{"defer": 60}';
        END IF;
    END IF;
    RETURN howdah_private.sender_request(
        v_sender.uses, v_sender.settings, v_sender.secret, v_answer.body ->> 'access_token',
        v_payload - '{sender,provider,code,template}'::pg_catalog.text[] || pg_catalog.jsonb_build_object(
            'id', v_entry.id::pg_catalog.text, 'uuid', v_stable::pg_catalog.uuid, 'to', CASE v_entry.kind WHEN 'sms' THEN '+' || v_entry.recipient ELSE v_entry.recipient END,
            'body', v_payload -> 'text', 'status_callback', howdah_private.sms_status_url(v_sender.name, v_sender.settings, v_entry.id),
            'tid', howdah_private.sender_tid(v_entry.created_at, v_entry.id),
            'created_at', pg_catalog.to_char(v_entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
        || pg_catalog.jsonb_build_object('transport', v_sender.name);
END
$$;
COMMENT ON FUNCTION howdah_private.sender_prepare(howdah_private.outbox_entry)
    IS 'What the courier is to do for a text message, a chat message or a post.';
REVOKE EXECUTE ON FUNCTION howdah_private.sender_prepare(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sender_prepare(howdah_private.outbox_entry) TO howdah_owner;
