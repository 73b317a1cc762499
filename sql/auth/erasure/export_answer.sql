-- auth.export_answer: an export as a download, with where the next part is.
--
-- Runs as   invoker.
CREATE FUNCTION auth.export_answer(
    document pg_catalog.jsonb,
    path pg_catalog.text,
    "limit" pg_catalog.int8
)
RETURNS auth.answer
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(200, export_answer.document, pg_catalog.jsonb_build_object(
        'Content-Disposition', 'attachment; filename="export.json"', 'Cache-Control', 'no-store')
        || CASE WHEN export_answer.document -> 'next' = 'null' THEN '{}' ELSE pg_catalog.jsonb_build_object(
               'Link', pg_catalog.format('<%s?offset=%s%s>; rel="next"', export_answer.path, export_answer.document ->> 'next',
                                         '&limit=' || export_answer."limit")) END)::auth.answer
$$;
COMMENT ON FUNCTION auth.export_answer(pg_catalog.jsonb, pg_catalog.text, pg_catalog.int8)
    IS 'An export as a download, with where the next part is.';
REVOKE EXECUTE ON FUNCTION auth.export_answer(pg_catalog.jsonb, pg_catalog.text, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_answer(pg_catalog.jsonb, pg_catalog.text, pg_catalog.int8)
    TO anon, authenticated, service_role;
