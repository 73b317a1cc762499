-- auth.admin_delete_user: DELETE /admin/users/{user_id}: for good, or (should_soft_delete) so that the row stays for what refers to it, without
-- anything that tells who it was.
--
-- Runs as   definer: deletes from auth.users. What refers to the user follows its own ON DELETE.
-- Writes    one audit row. His sessions end: that holds for the next request.
-- Returns   200 {}; 404 user_not_found; 409 conflict if rows of other tables hold on to the user; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_delete_user(
    user_id pg_catalog.text DEFAULT NULL,
    should_soft_delete pg_catalog.bool DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user   record;
    v_traits pg_catalog.jsonb;
    v_schema pg_catalog.text;
    v_table  pg_catalog.text;
BEGIN
    SELECT l.* INTO v_user FROM howdah_private.auth_load_user(admin_delete_user.user_id) AS l;
    IF v_user.id IS NULL THEN
        RETURN v_user.refusal;
    END IF;
    SELECT pg_catalog.jsonb_build_object('user_id', u.id, 'user_email', u.email, 'user_phone', u.phone) INTO v_traits
    FROM auth.users AS u WHERE u.id = v_user.id;
    IF admin_delete_user.should_soft_delete THEN
        PERFORM howdah_private.auth_soft_delete(v_user.id);
    ELSE
        BEGIN
            PERFORM howdah_private.auth_end_sessions(v_user.id);
            DELETE FROM auth.users AS u WHERE u.id = v_user.id;
        EXCEPTION
            WHEN foreign_key_violation OR restrict_violation THEN
                GET STACKED DIAGNOSTICS v_schema = SCHEMA_NAME, v_table = TABLE_NAME;
                RETURN howdah_private.auth_refuse('conflict', pg_catalog.format(
                    'The user cannot be deleted: rows of %I.%I refer to it', v_schema, v_table));
        END;
    END IF;
    PERFORM howdah_private.auth_audit('user_deleted', NULL, v_traits);
    RETURN ROW(200, '{}', NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_delete_user(pg_catalog.text, pg_catalog.bool)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_delete_user(pg_catalog.text, pg_catalog.bool)
    IS 'DELETE /admin/users/{user_id}: delete a user.';
REVOKE EXECUTE ON FUNCTION auth.admin_delete_user(pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_delete_user(pg_catalog.text, pg_catalog.bool)
    TO anon, authenticated, service_role;
