-- auth.forget: erase a user (GDPR article 17), and tell what that did.
--
-- What refers to him follows its own ON DELETE: rows are deleted, or stay with the reference set null or default. With dry_run (the default)
-- nothing is written. Audit entries stay without anything that tells who it was; mails and messages to him go.
--
-- Runs as   invoker, for the plan (auth.forget_plan); the deletion is auth.erase_account. EXECUTE is service_role's.
-- Writes    unless dry_run: the deletions; one audit row without personal data.
-- Returns   the plan, then what happens to the tables of auth. Rows that references kept set to null are the app's to look at.
-- Raises    23503 if rows forbid it (ON DELETE RESTRICT or NO ACTION): the plan names them; P0002 for a user that there is not.
CREATE FUNCTION auth.forget(
    user_id pg_catalog.uuid,
    dry_run pg_catalog.bool DEFAULT true,
    OUT relation pg_catalog.text,
    OUT "constraint" pg_catalog.text,
    OUT action pg_catalog.text,
    OUT rows pg_catalog.int8
)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_line record;
BEGIN
    FOR v_line IN SELECT p.* FROM auth.forget_plan(forget.user_id) AS p LOOP
        IF v_line.action = 'blocked' AND v_line.rows > 0 AND NOT forget.dry_run THEN
            RAISE EXCEPTION 'rows of % forbid it', v_line.relation
                USING ERRCODE = 'foreign_key_violation',
                      DETAIL = pg_catalog.format('%s by %s', v_line.rows, v_line."constraint"),
                      HINT = 'SELECT * FROM auth.forget_plan(user_id) names all of them.';
        END IF;
        relation := v_line.relation; "constraint" := v_line."constraint"; action := v_line.action; rows := v_line.rows;
        RETURN NEXT;
    END LOOP;
    FOR v_line IN SELECT e.* FROM auth.erase_account(forget.user_id, COALESCE(forget.dry_run, true)) AS e LOOP
        relation := v_line.relation; "constraint" := NULL; action := v_line.action; rows := v_line.rows;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION auth.forget(pg_catalog.uuid, pg_catalog.bool)
    IS 'Erase a user, and tell what that did.';
REVOKE EXECUTE ON FUNCTION auth.forget(pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.forget(pg_catalog.uuid, pg_catalog.bool)
    TO service_role;
