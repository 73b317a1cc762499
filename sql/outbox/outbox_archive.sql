-- howdah_private.outbox_archive: a row of the outbox is done with: from the live rows to the history.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    howdah.outbox_entries, howdah.outbox_history.
CREATE FUNCTION howdah_private.outbox_archive(
    id pg_catalog.int8, state pg_catalog.text, outcome pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    WITH gone AS (DELETE FROM howdah.outbox_entries AS o WHERE o.id = outbox_archive.id RETURNING o.*)
    INSERT INTO howdah.outbox_history
        (id, kind, tenant, recipient, lane, user_id, payload, state, cause, created_at, due_at, expires_at, attempts,
         max_attempts, outcome)
    SELECT g.id, g.kind, g.tenant, g.recipient, g.lane, g.user_id, g.payload, outbox_archive.state, g.cause, g.created_at,
           g.due_at, g.expires_at, g.attempts, g.max_attempts, outbox_archive.outcome::pg_catalog.text
    FROM gone AS g;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_archive(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb)
    IS 'A row of the outbox is done with.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_archive(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_archive(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
