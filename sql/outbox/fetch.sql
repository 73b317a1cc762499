-- howdah_private.fetch: an answer from outside, for a flow that is written to be asked again.
--
-- request is {"method": "GET" | "POST", "url", "headers": {name: text | {"bearer": token} | {"basic": [user,
-- password]}}, "form": {…} | "json": … | "body": text}; any text in it may be a seal (seal_field).
--
-- Runs as   invoker: the flows that call it are howdah_owner.
-- Writes    a row of howdah.outbox, the first time.
-- Returns   NULL while it is not there: the flow then returns howdah_private.auth_wait(scope), its transaction
--           commits, the courier carries the row, and the proxy makes the same request again. Then
--           {"status", "headers", "body"}, body a text of at most 64 kB; or {"error": word}: timeout,
--           cannot_connect, address_not_allowed, too_large, not_text, bad_url, bad_request, broken_answer,
--           failed, courier_lost, secret_lost, busy; another_request if under this scope and step
--           something else was asked before.
--           All steps of a scope together have 9 s, so that the flow can end by itself before the proxy
--           gives up at 10.
-- Raises    22023 for a scope or step that is not 1 to 200 (64) printable characters.
CREATE FUNCTION howdah_private.fetch(
    scope pg_catalog.text, step pg_catalog.text, request pg_catalog.jsonb
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_fingerprint pg_catalog.bytea := pg_catalog.sha256(pg_catalog.convert_to(
        howdah_private.open_sealed("fetch".request, false)::pg_catalog.text, 'UTF8'));
    v_row         howdah.outbox_entries;
    v_expires_at  pg_catalog.timestamptz;
    v_place       pg_catalog.text;
BEGIN
    IF "fetch".scope !~ '^[!-~]{1,200}$' OR "fetch".step !~ '^[!-~]{1,64}$' THEN
        RAISE EXCEPTION 'not a scope and step' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT o.* INTO v_row FROM howdah.outbox_entries AS o
    WHERE o.kind = 'fetch' AND o.scope = "fetch".scope AND o.step = "fetch".step;
    IF FOUND THEN
        RETURN CASE
            WHEN v_row.fingerprint <> v_fingerprint THEN '{"error": "another_request"}'
            WHEN v_row.outcome IS NOT NULL THEN
                howdah_private.secret_open(v_row.outcome, 'outbox:' || v_row.id)::pg_catalog.jsonb
            WHEN v_row.expires_at < pg_catalog.clock_timestamp() THEN '{"error": "timeout"}'
        END;
    END IF;

    SELECT COALESCE(pg_catalog.min(o.created_at), pg_catalog.now()) + interval '9 s' INTO v_expires_at
    FROM howdah.outbox_entries AS o WHERE o.kind = 'fetch' AND o.scope = "fetch".scope;
    IF v_expires_at < pg_catalog.clock_timestamp() THEN
        RETURN '{"error": "timeout"}';
    END IF;
    -- With no courier at work a flood would otherwise fill the table.
    IF 2000 <= (SELECT pg_catalog.count(*) FROM (
                SELECT 1 FROM howdah.outbox_entries AS o WHERE o.state = 'due' AND o.kind = 'fetch' LIMIT 2000) AS d) THEN
        RETURN '{"error": "busy"}';
    END IF;
    v_place := COALESCE(
        pg_catalog.lower(pg_catalog."substring"("fetch".request ->> 'url', '^[a-zA-Z]+://([^/?#]+)')), '');
    INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload, cause, expires_at, max_attempts, scope, step, fingerprint)
    VALUES ('fetch', v_place, v_place, pg_catalog.jsonb_build_object('request', "fetch".request),
            howdah_private.request_id(), v_expires_at, 1, "fetch".scope, "fetch".step, v_fingerprint)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.fetch(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'An answer from outside: NULL until the courier has carried the request.';
REVOKE EXECUTE ON FUNCTION howdah_private.fetch(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.fetch(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
