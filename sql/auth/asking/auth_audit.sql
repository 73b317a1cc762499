-- howdah_private.auth_audit: write down what happened to an account.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    one auth.audit_log_entries row. Never give it a secret, a token or a code.
CREATE FUNCTION howdah_private.auth_audit(
    action pg_catalog.text,
    user_id pg_catalog.uuid,
    traits pg_catalog.jsonb DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO auth.audit_log_entries (id, payload, created_at, ip_address)
    VALUES (
        pg_catalog.gen_random_uuid(),
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'action', auth_audit.action, 'actor_id', auth_audit.user_id, 'actor', auth.uid(),
            'actor_role', auth.role(), 'request_id', howdah_private.request_id(),
            'traits', auth_audit.traits)),
        pg_catalog.now(),
        COALESCE(pg_catalog.host(howdah_private.client_address()), ''));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_audit(pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb)
    IS 'Write down what happened to an account.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_audit(pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_audit(pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb) TO howdah_owner;
