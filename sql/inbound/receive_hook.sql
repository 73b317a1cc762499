-- howdah.receive_hook: a provider's webhook: POST /hooks/in/{name}.
--
-- Runs as   definer: opens the hook's secret; queue.send runs as the queue's owner would, a function as the role that the DBA gave.
-- Writes    nothing unless the signature holds; then that the delivery is known, and the message, or what the function writes. The
--           same delivery twice at once: the second waits for the first.
-- Returns   200; 401 without a good signature; 404 for a name that is no hook's; 400 for a signed body that is no text.
-- Raises    what the queue or the function raises: nothing is known of the delivery then, and the provider sends it again.
CREATE FUNCTION howdah.receive_hook(name pg_catalog.text, raw_body pg_catalog.bytea DEFAULT '')
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hook     howdah.inbound_hooks;
    v_verdict  pg_catalog.jsonb;
    v_body     pg_catalog.jsonb;
BEGIN
    SELECT h.* INTO v_hook FROM howdah.inbound_hooks AS h WHERE h.name = receive_hook.name;
    IF NOT FOUND THEN
        RETURN howdah_private.route_refuse('HW404', 'There is no such hook', 'howdah.inbound makes one, at /hooks/in/<name>');
    END IF;
    v_verdict := howdah_private.webhook_verify(
        v_hook.kind, v_hook.options,
        ARRAY[howdah_private.secret_open(v_hook.secret, 'inbound_hook:' || v_hook.name)]
            || CASE WHEN v_hook.previous_until > pg_catalog.clock_timestamp() THEN
                   ARRAY[howdah_private.secret_open(v_hook.previous_secret, 'inbound_hook:' || v_hook.name)] END,
        COALESCE(receive_hook.raw_body, ''),
        pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()))::pg_catalog.int8);
    IF v_verdict ? 'refused' THEN
        RETURN howdah_private.route_refuse(
            'HW401', hint => 'The secret is the one given to howdah.inbound; a signed time may be five minutes old');
    END IF;
    v_body := howdah_private.inbound_body(receive_hook.raw_body);
    IF v_body IS NULL THEN
        RETURN howdah_private.route_refuse('HW400', 'The body is neither JSON nor a form nor text');
    ELSIF v_hook.kind = 'slack' AND v_body ->> 'type' = 'url_verification' THEN
        RETURN ROW(200, pg_catalog.jsonb_build_object('challenge', v_body -> 'challenge'), NULL)::auth.answer;
    END IF;
    INSERT INTO howdah.inbound_seen (hook, id, until)
    VALUES (v_hook.name, v_verdict ->> 'id', pg_catalog.now() + v_hook.keep)
    ON CONFLICT ON CONSTRAINT inbound_seen_pkey DO NOTHING;
    IF NOT FOUND THEN
        RETURN ROW(200, '{"received": true, "repeated": true}', NULL)::auth.answer;
    END IF;
    PERFORM howdah_private.inbound_hand_over(v_hook.name, pg_catalog.jsonb_build_object(
        'hook', v_hook.name, 'event', v_verdict -> 'event', 'id', v_verdict -> 'id', 'received_at', pg_catalog.now(), 'body', v_body));
    RETURN ROW(200, '{"received": true}', NULL)::auth.answer;
END
$$;
ALTER FUNCTION howdah.receive_hook(pg_catalog.text, pg_catalog.bytea) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.receive_hook(pg_catalog.text, pg_catalog.bytea) IS 'A provider''s webhook: POST /hooks/in/{name}.';
REVOKE EXECUTE ON FUNCTION howdah.receive_hook(pg_catalog.text, pg_catalog.bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.receive_hook(pg_catalog.text, pg_catalog.bytea) TO anon, authenticated, service_role;
