-- auth.admin_list_passkeys: a user's passkeys (GET /admin/users/{user_id}/passkeys).
--
-- Runs as   definer: reads passkeys, which no API role may see; only for who may use the admin API.
-- Returns   200 [{"id", "friendly_name", "created_at", "last_used_at"}]; 404 user_not_found, validation_failed.
CREATE FUNCTION auth.admin_list_passkeys(user_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF NOT howdah_private.auth_is_uuid(admin_list_passkeys.user_id) THEN
        RETURN howdah_private.auth_refuse_as(404, 'validation_failed', 'user_id must be an UUID');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = admin_list_passkeys.user_id::pg_catalog.uuid) THEN
        RETURN howdah_private.auth_refuse('user_not_found');
    END IF;
    RETURN howdah_private.auth_reply(howdah_private.auth_passkeys_json(admin_list_passkeys.user_id::pg_catalog.uuid));
END
$$;
ALTER FUNCTION auth.admin_list_passkeys(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_passkeys(pg_catalog.text) IS 'A user''s passkeys, for the admin API.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_passkeys(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_passkeys(pg_catalog.text) TO anon, authenticated, service_role;
