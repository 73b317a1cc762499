-- auth.export_rows: every row that is a user's, one by one: of auth's tables, then of the app's.
--
-- For big accounts: COPY (SELECT relation, data FROM auth.export_rows('…')) TO …, or a cursor. What is the user's own among the app's
-- rows is told at auth.find_owned_rows.
--
-- Runs as   invoker: the app's tables as the caller may read them; EXECUTE is service_role's.
-- Returns   the table and the row as JSON; of a table that the caller may not read one row, data NULL.
CREATE FUNCTION auth.export_rows(
    user_id pg_catalog.uuid,
    OUT relation pg_catalog.text,
    OUT data pg_catalog.jsonb
)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT a.relation, a.data FROM auth.export_account(export_rows.user_id) AS a;
    RETURN QUERY SELECT a.relation, a.data FROM auth.export_app_rows(export_rows.user_id) AS a;
END
$$;
COMMENT ON FUNCTION auth.export_rows(pg_catalog.uuid)
    IS 'Every row that is a user''s, one by one.';
REVOKE EXECUTE ON FUNCTION auth.export_rows(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_rows(pg_catalog.uuid)
    TO service_role;
