-- howdah_private.outbox_check: trigger function; what may stand in a row of the outbox.
--
-- Not CHECK constraints: the server reads their text anew for each statement that writes a row, six of them in 226,000 instructions,
-- two fifths of a howdah.send_email; this takes 40,000 (docs/adr/0008-checks-by-trigger.md).
--
-- Raises    23514.
CREATE FUNCTION howdah_private.outbox_check()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.kind !~ '^[a-z][a-z_]{0,31}$' OR pg_catalog.length(NEW.tenant) > 200 OR NEW.max_attempts NOT BETWEEN 1 AND 100
       OR NOT (NEW.state IN ('due', 'leased') OR NEW.kind = 'fetch' AND NEW.state IN ('done', 'failed'))
       OR (NEW.state = 'leased') <> (NEW.lease IS NOT NULL AND NEW.leased_until IS NOT NULL)
       OR NEW.kind = 'fetch' AND (NEW.scope IS NULL OR NEW.step IS NULL OR NEW.fingerprint IS NULL) THEN
        RAISE EXCEPTION 'not a row of the outbox: kind is a word, tenant at most 200 characters, max_attempts 1 to 100; who leases says until when; a fetch has a scope, a step and a fingerprint'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_check() IS 'What may stand in a row of the outbox.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_check() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_check() TO howdah_owner;
