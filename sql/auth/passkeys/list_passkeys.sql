-- auth.list_passkeys: the passkeys of who asks (GET /passkeys).
--
-- Runs as   definer: reads passkeys, which no API role may see.
-- Returns   200 [{"id", "friendly_name", "created_at", "last_used_at"}]; 404 passkey_disabled.
CREATE FUNCTION auth.list_passkeys()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_set    record := howdah_private.auth_passkey_party();
    v_caller howdah_private.auth_caller;
BEGIN
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    v_caller := howdah_private.auth_mfa_caller();
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply(howdah_private.auth_passkeys_json(v_caller.user_id));
END
$$;
ALTER FUNCTION auth.list_passkeys() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_passkeys() IS 'The passkeys of who asks.';
REVOKE EXECUTE ON FUNCTION auth.list_passkeys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_passkeys() TO anon, authenticated, service_role;
