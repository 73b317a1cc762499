-- auth.admin_forget_user: POST /admin/users/{user_id}/forget: what erasing a user would do (dry_run, the default), or do it.
--
-- Runs as   invoker: the plan sees the app's tables as the administrator's role may read them.
-- Writes    unless dry_run: what auth.forget writes.
-- Returns   200 {"dry_run", "blocked", "report": [{"table", "constraint", "action", "rows"}]}; 409 with the same and nothing done if rows
--           forbid it; 403 not_admin; 404.
CREATE FUNCTION auth.admin_forget_user(
    user_id pg_catalog.text DEFAULT NULL,
    dry_run pg_catalog.bool DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := auth.check_admin_user(admin_forget_user.user_id);
    v_dry     pg_catalog.bool := COALESCE(admin_forget_user.dry_run, true);
    v_blocked pg_catalog.bool;
    v_report  pg_catalog.jsonb;
    v_table   pg_catalog.text;
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    SELECT COALESCE(pg_catalog.bool_or(p.action = 'blocked' AND p.rows > 0), false),
           COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'table', p.relation, 'constraint', p."constraint", 'action', p.action, 'rows', p.rows)), '[]')
    INTO v_blocked, v_report
    FROM auth.forget_plan(admin_forget_user.user_id::pg_catalog.uuid) AS p;
    IF v_blocked AND NOT v_dry THEN
        RETURN auth.forget_refusal('Rows of other tables forbid it', v_report);
    END IF;
    SELECT v_report || COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'table', e.relation, 'constraint', NULL, 'action', e.action, 'rows', e.rows)), '[]')
    INTO v_report
    FROM auth.erase_account(admin_forget_user.user_id::pg_catalog.uuid, v_dry) AS e;
    RETURN ROW(200, pg_catalog.jsonb_build_object('dry_run', v_dry, 'blocked', v_blocked, 'report', v_report), NULL)::auth.answer;
EXCEPTION
    -- What the administrator's role may not read can forbid it, too.
    WHEN foreign_key_violation OR restrict_violation THEN
        GET STACKED DIAGNOSTICS v_table = TABLE_NAME;
        RETURN auth.forget_refusal(pg_catalog.format('Rows of %I forbid it', v_table), COALESCE(v_report, '[]'));
END
$$;
COMMENT ON FUNCTION auth.admin_forget_user(pg_catalog.text, pg_catalog.bool)
    IS 'POST /admin/users/{user_id}/forget.';
REVOKE EXECUTE ON FUNCTION auth.admin_forget_user(pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_forget_user(pg_catalog.text, pg_catalog.bool)
    TO anon, authenticated, service_role;
