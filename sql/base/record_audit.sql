-- howdah_private.record_audit: write down who changed what.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    one howdah.audit row. Never give it a secret, a token or a setting's value.
CREATE FUNCTION howdah_private.record_audit(action pg_catalog.text, detail pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.audit (actor, action, detail)
    VALUES (session_user, record_audit.action, record_audit.detail);
END
$$;
COMMENT ON FUNCTION howdah_private.record_audit(pg_catalog.text, pg_catalog.jsonb)
    IS 'Write one row of howdah.audit.';
REVOKE EXECUTE ON FUNCTION howdah_private.record_audit(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.record_audit(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
