-- howdah_private.record_removal: write down what was taken out, if there was anything.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    one howdah.audit row if "removed" (the FOUND of the DELETE).
-- Returns   "removed".
CREATE FUNCTION howdah_private.record_removal(removed pg_catalog.bool, action pg_catalog.text, detail pg_catalog.jsonb)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF record_removal.removed THEN
        PERFORM howdah_private.record_audit(record_removal.action, record_removal.detail);
    END IF;
    RETURN record_removal.removed;
END
$$;
COMMENT ON FUNCTION howdah_private.record_removal(pg_catalog.bool, pg_catalog.text, pg_catalog.jsonb)
    IS 'Write down what was taken out, if there was anything.';
REVOKE EXECUTE ON FUNCTION howdah_private.record_removal(pg_catalog.bool, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.record_removal(pg_catalog.bool, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
