-- auth.admin_remove_passkey: remove a user's passkey (DELETE /admin/users/{user_id}/passkeys/{passkey_id}).
--
-- Runs as   definer: deletes passkeys, which no API role may see; only for who may use the admin API.
-- Writes    the end of the passkey; an audit row; a notice by mail to its user.
-- Returns   204; 404 validation_failed for none.
CREATE FUNCTION auth.admin_remove_passkey(
    user_id pg_catalog.text DEFAULT NULL, passkey_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF NOT howdah_private.auth_is_uuid(admin_remove_passkey.user_id) THEN
        RETURN howdah_private.auth_refuse_as(404, 'validation_failed', 'user_id must be an UUID');
    END IF;
    RETURN howdah_private.auth_remove_passkey(
        admin_remove_passkey.user_id::pg_catalog.uuid, admin_remove_passkey.passkey_id);
END
$$;
ALTER FUNCTION auth.admin_remove_passkey(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_remove_passkey(pg_catalog.text, pg_catalog.text) IS 'Remove a user''s passkey, for the admin API.';
REVOKE EXECUTE ON FUNCTION auth.admin_remove_passkey(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_remove_passkey(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
