-- auth.forget_plan: what auth.forget would do to the app's tables, and what forbids it.
--
-- Runs as   invoker: sees what its caller may see, past policies or under them; EXECUTE is service_role's.
-- Returns   a line a table and foreign key: delete | set null | set default | blocked, and how many rows; rows NULL where the caller may
--           not read the table: whether it is blocked there, only the deletion tells.
CREATE FUNCTION auth.forget_plan(
    user_id pg_catalog.uuid,
    OUT relation pg_catalog.text,
    OUT "constraint" pg_catalog.text,
    OUT action pg_catalog.text,
    OUT rows pg_catalog.int8
)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT auth.quote_relation(o.relation), o.via, o.action, pg_catalog.sum(pg_catalog.cardinality(o.tids))
    FROM auth.find_owned_rows(forget_plan.user_id, true) AS o
    GROUP BY o.relation, o.via, o.action
    ORDER BY o.action = 'blocked', 1, 2, 3
$$;
COMMENT ON FUNCTION auth.forget_plan(pg_catalog.uuid)
    IS 'What auth.forget would do to the app''s tables, and what forbids it.';
REVOKE EXECUTE ON FUNCTION auth.forget_plan(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.forget_plan(pg_catalog.uuid)
    TO service_role;
