-- howdah_private.push_settled: a device of which its service says that it is gone gets nothing any more.
--
-- Runs as   invoker: howdah.settle, which is howdah_owner.
-- Writes    the device; not one that has registered since the time from which on, as the service says, it was gone.
CREATE FUNCTION howdah_private.push_settled(entry howdah_private.outbox_entry, outcome pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF push_settled.outcome -> 'gone' = 'true' THEN
        UPDATE howdah.push_devices AS d
        SET retired_at = pg_catalog.now(), retired_reason = COALESCE(push_settled.outcome ->> 'error', 'gone')
        WHERE d.id = ((push_settled.entry).payload ->> 'device')::pg_catalog.uuid AND d.retired_at IS NULL
          AND d.seen_at <= COALESCE(
              pg_catalog.to_timestamp((push_settled.outcome ->> 'since')::pg_catalog.float8 / 1000), 'infinity'::pg_catalog.timestamptz);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.push_settled(howdah_private.outbox_entry, pg_catalog.jsonb)
    IS 'A device that is gone gets nothing any more.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_settled(howdah_private.outbox_entry, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_settled(howdah_private.outbox_entry, pg_catalog.jsonb) TO howdah_owner;
