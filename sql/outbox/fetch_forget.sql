-- howdah_private.fetch_forget: the flow is over; what was fetched for it goes at once.
--
-- Runs as   invoker: the flows that call it are howdah_owner.
-- Writes    takes the rows of the scope out. Who forgets to call it leaves them for ten minutes.
CREATE FUNCTION howdah_private.fetch_forget(scope pg_catalog.text)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM howdah.outbox_entries AS o WHERE o.kind = 'fetch' AND o.scope = fetch_forget.scope
$$;
COMMENT ON FUNCTION howdah_private.fetch_forget(pg_catalog.text) IS 'What was fetched for a flow goes.';
REVOKE EXECUTE ON FUNCTION howdah_private.fetch_forget(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.fetch_forget(pg_catalog.text) TO howdah_owner;
