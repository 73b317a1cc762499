-- auth.user_export: GET /user/export: the caller's own data.
--
-- Runs as   invoker: the app's tables under the caller's rights and policies. A table that he may not read is named in "unreadable".
-- Returns   200 and auth.export_document, with Link: …; rel="next" when there is more; what auth_caller refuses.
CREATE FUNCTION auth.user_export(
    "offset" pg_catalog.int8 DEFAULT NULL,
    "limit" pg_catalog.int8 DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal  auth.answer := auth.check_user();
    v_document pg_catalog.jsonb;
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_document := auth.export_document(auth.uid(), true, user_export."offset", user_export."limit");
    RETURN auth.export_answer(v_document, '/auth/v1/user/export', user_export."limit");
END
$$;
COMMENT ON FUNCTION auth.user_export(pg_catalog.int8, pg_catalog.int8)
    IS 'GET /user/export: the caller''s own data.';
REVOKE EXECUTE ON FUNCTION auth.user_export(pg_catalog.int8, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.user_export(pg_catalog.int8, pg_catalog.int8)
    TO anon, authenticated, service_role;
