-- auth.remove_passkey: remove a passkey of who asks (DELETE /passkeys/{passkey_id}).
--
-- Runs as   definer: deletes passkeys, which no API role may see.
-- Writes    the end of the passkey; an audit row; a notice by mail.
-- Returns   204; 404 validation_failed for another's and for none, passkey_disabled; 403 insufficient_aal.
CREATE FUNCTION auth.remove_passkey(passkey_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_passkey_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_remove_passkey(v_caller.user_id, remove_passkey.passkey_id);
END
$$;
ALTER FUNCTION auth.remove_passkey(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.remove_passkey(pg_catalog.text) IS 'Remove a passkey of who asks.';
REVOKE EXECUTE ON FUNCTION auth.remove_passkey(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.remove_passkey(pg_catalog.text) TO anon, authenticated, service_role;
