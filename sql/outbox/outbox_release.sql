-- howdah_private.outbox_release: rows that were leased by calls whose answer never came: nobody carries them.
--
-- A call of that name that is still on its way may take rows after this has looked: couriers name it again for as long as
-- its lease can last. A row that somebody else holds just now is passed over until then.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Takes     tokens that howdah.lease was given by the courier that calls.
-- Writes    the rows are due as they were before. No attempt is written down: none was made.
CREATE FUNCTION howdah_private.outbox_release(tokens pg_catalog.uuid[])
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE howdah.outbox_entries AS o
    SET state = 'due', lease = NULL, leased_until = NULL, attempts = o.attempts - 1
    WHERE o.id IN (
        SELECT l.id FROM howdah.outbox_entries AS l
        WHERE l.state = 'leased' AND l.lease = ANY (outbox_release.tokens)
        FOR UPDATE SKIP LOCKED)
$$;
COMMENT ON FUNCTION howdah_private.outbox_release(pg_catalog.uuid[])
    IS 'Rows that were leased by calls whose answer never came.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_release(pg_catalog.uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_release(pg_catalog.uuid[]) TO howdah_owner;
