-- auth.admin_export_user: POST /admin/users/{user_id}/export: all that belongs to a user.
--
-- Runs as   invoker: the app's tables as the administrator's role may read them (service_role: whatever it is granted, past policies).
-- Returns   200 and auth.export_document, with Link: …; rel="next" when there is more; 403 not_admin; 404.
CREATE FUNCTION auth.admin_export_user(
    user_id pg_catalog.text DEFAULT NULL,
    "offset" pg_catalog.int8 DEFAULT NULL,
    "limit" pg_catalog.int8 DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := auth.check_admin_user(admin_export_user.user_id);
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN auth.export_answer(
        auth.export_document(admin_export_user.user_id::pg_catalog.uuid, false, admin_export_user."offset", admin_export_user."limit"),
        pg_catalog.format('/auth/v1/admin/users/%s/export', admin_export_user.user_id), admin_export_user."limit");
END
$$;
COMMENT ON FUNCTION auth.admin_export_user(pg_catalog.text, pg_catalog.int8, pg_catalog.int8)
    IS 'POST /admin/users/{user_id}/export.';
REVOKE EXECUTE ON FUNCTION auth.admin_export_user(pg_catalog.text, pg_catalog.int8, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_export_user(pg_catalog.text, pg_catalog.int8, pg_catalog.int8)
    TO anon, authenticated, service_role;
