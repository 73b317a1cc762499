-- howdah_private.change_add: what a statement wrote, put where the capture wants it: a webhook, or a queue's message, a row.
--
-- The body is that of Supabase's database webhooks: {"type", "table", "schema", "record", "old_record"}.
--
-- Runs as   invoker: the trigger calls it as howdah_owner; a queue's message is sent as the role that made the capture.
-- Takes     rows: [[record, old record], …].
-- Returns   how many.
CREATE FUNCTION howdah_private.change_add(
    capture pg_catalog.int8, relation pg_catalog.oid, event pg_catalog.text, rows pg_catalog.json
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row   howdah.change_captures;
    v_url   pg_catalog.text;
    v_about pg_catalog.jsonb;
    v_message pg_catalog.jsonb;
BEGIN
    SELECT c.* INTO v_row FROM howdah.change_captures AS c WHERE c.id = change_add.capture;
    SELECT pg_catalog.jsonb_build_object('type', change_add.event, 'table', c.relname, 'schema', n.nspname) INTO v_about
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = change_add.relation;
    IF v_row.queue IS NOT NULL THEN
        RETURN howdah_private.queue_send_as(v_row.role, v_row.queue, (
            SELECT pg_catalog.jsonb_agg(v_about || pg_catalog.jsonb_build_object('record', r.value -> 0, 'old_record', r.value -> 1))
            FROM pg_catalog.json_array_elements(change_add.rows) AS r)::pg_catalog.text);
    END IF;
    v_url := COALESCE(v_row.url, (SELECT e.url FROM howdah.webhook_endpoints AS e WHERE e.name = v_row.endpoint));
    -- Whether the courier may go there is asked when it goes: a write to the table does not fail over that.
    v_message := howdah_private.webhook_message(v_url, v_row.endpoint, NULL, v_row.headers);
    RETURN howdah_private.outbox_add_batch(
        'webhook', v_url,
        ARRAY(SELECT v_message || pg_catalog.jsonb_build_object(
                  'id', 'msg_' || pg_catalog.replace(pg_catalog.gen_random_uuid()::pg_catalog.text, '-', ''),
                  'body', v_about || pg_catalog.jsonb_build_object('record', r.value -> 0, 'old_record', r.value -> 1))
              FROM pg_catalog.json_array_elements(change_add.rows) AS r),
        v_row.lane, v_row.tenant, howdah_private.webhook_attempts());
END
$$;
COMMENT ON FUNCTION howdah_private.change_add(pg_catalog.int8, pg_catalog.oid, pg_catalog.text, pg_catalog.json)
    IS 'What a statement wrote, put where the capture wants it.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_add(pg_catalog.int8, pg_catalog.oid, pg_catalog.text, pg_catalog.json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_add(pg_catalog.int8, pg_catalog.oid, pg_catalog.text, pg_catalog.json)
    TO howdah_owner;
