-- auth.export_own_rows: every row that belongs to the user who asks: of auth's tables, then of the app's, as far as its policies show him.
--
-- Runs as   invoker.
CREATE FUNCTION auth.export_own_rows(
    OUT relation pg_catalog.text,
    OUT data pg_catalog.jsonb
)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT a.relation, a.data FROM auth.export_own_account() AS a;
    RETURN QUERY SELECT a.relation, a.data FROM auth.export_app_rows(auth.uid()) AS a;
END
$$;
COMMENT ON FUNCTION auth.export_own_rows()
    IS 'Every row that belongs to the user who asks.';
REVOKE EXECUTE ON FUNCTION auth.export_own_rows() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_own_rows()
    TO authenticated;
