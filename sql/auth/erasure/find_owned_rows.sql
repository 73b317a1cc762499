-- auth.find_owned_rows: the rows of the app's tables that hang on a user, found by walking foreign keys backwards from auth.users(id),
-- through cycles, self references, composite keys and partitions; each row once.
--
-- erasing true: what a deletion of the user would touch. The walk follows what is deleted (ON DELETE CASCADE); what is set null or
-- default, and what would forbid the deletion ("blocked"), is told and not followed. A row that both forbids (NO ACTION) and
-- is deleted anyway forbids nothing: as Postgres checks at the end of the statement.
-- erasing false: what is the user's own: rows that name him, or a row of which he has exactly one (a profile that is keyed by user),
-- and what hangs on these, unless such a row itself names another user (another's comment on his post is not his).
--
-- Runs as   invoker: sees what its caller may see, under the caller's policies. Tables that the caller may not read have tids NULL.
--           Tables of the schemas auth and howdah are not looked at: auth.export_account and auth.erase_account know them.
-- Timing    one join a foreign key and generation of rows; an index on the referring columns is what makes it fast, as for any
--           deletion.
CREATE FUNCTION auth.find_owned_rows(
    user_id pg_catalog.uuid,
    erasing pg_catalog.bool,
    OUT relation pg_catalog.oid,
    OUT via pg_catalog.text,
    OUT action pg_catalog.text,
    OUT tids pg_catalog.tid[]
)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_users CONSTANT pg_catalog.oid := 'auth.users'::pg_catalog.regclass;
    -- Generations of rows: parents[n] has the rows parent_tids[n], a jsonb array, of one table.
    v_parents  pg_catalog.oid[] := ARRAY[c_users];
    v_rows     pg_catalog.jsonb[] := ARRAY['[]'::pg_catalog.jsonb];
    v_at       pg_catalog.int4 := 1;
    -- Of each table the rows that are found: oid → array of tid as text.
    v_found    pg_catalog.jsonb := '{}';
    -- Foreign keys that forbid, to be told when all that is deleted is known.
    v_blocking pg_catalog.jsonb := '[]';
    v_key      record;
    v_leaf     record;
    v_part     record;
    v_fresh    pg_catalog.jsonb;
BEGIN
    WHILE v_at <= pg_catalog.cardinality(v_parents) LOOP
        FOR v_key IN
            SELECT r.*, n.nspname, c.relname, c.relkind,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT')
                   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS readable
            FROM auth.find_references(v_parents[v_at]) AS r
            JOIN pg_catalog.pg_class AS c ON c.oid = r.relation
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname NOT IN ('auth', 'howdah')
              -- A key to another column of auth.users than id: who may not read that table cannot walk it.
              AND (v_parents[v_at] <> c_users OR r.condition LIKE 'p.id OPERATOR(%')
            ORDER BY n.nspname, c.relname, r.name
        LOOP
            IF NOT v_key.readable THEN
                relation := v_key.relation; via := v_key.name; action := v_key.action; tids := NULL;
                RETURN NEXT;
                CONTINUE;
            END IF;
            FOR v_leaf IN EXECUTE pg_catalog.format(
                'SELECT c.tableoid AS relation, pg_catalog.jsonb_agg(DISTINCT c.ctid) AS rows FROM %s%I.%I AS c%s WHERE %s%s GROUP BY 1',
                CASE WHEN v_key.relkind = 'p' THEN '' ELSE 'ONLY ' END, v_key.nspname, v_key.relname,
                CASE WHEN v_parents[v_at] = c_users THEN ', (SELECT $2 AS id) AS p'
                     ELSE pg_catalog.format(', ONLY %s AS p', auth.quote_relation(v_parents[v_at])) END,
                v_key.condition,
                CASE WHEN v_parents[v_at] = c_users THEN ''
                     ELSE ' AND p.ctid = ANY ($1)'
                          || CASE WHEN find_owned_rows.erasing THEN ''
                                  ELSE auth.exclude_other_users(v_key.relation, v_key."constraint") END
                END)
                USING ARRAY(SELECT t.tid::pg_catalog.tid
                            FROM pg_catalog.jsonb_array_elements_text(v_rows[v_at]) AS t (tid)), find_owned_rows.user_id
            LOOP
                IF find_owned_rows.erasing AND v_key.action = 'blocked' THEN
                    v_blocking := v_blocking || pg_catalog.jsonb_build_object(
                        'relation', v_leaf.relation, 'via', v_key.name, 'rows', v_leaf.rows);
                    CONTINUE;
                END IF;
                v_fresh := v_leaf.rows;
                IF NOT find_owned_rows.erasing OR v_key.action = 'delete' THEN
                    v_fresh := auth.subtract_rows(v_leaf.rows, v_found -> v_leaf.relation::pg_catalog.text);
                    CONTINUE WHEN v_fresh = '[]'::pg_catalog.jsonb;
                    v_found := v_found || pg_catalog.jsonb_build_object(
                        v_leaf.relation, COALESCE(v_found -> v_leaf.relation::pg_catalog.text, '[]') || v_fresh);
                    v_parents := v_parents || v_leaf.relation;
                    v_rows := v_rows || v_fresh;
                END IF;
                relation := v_leaf.relation; via := v_key.name; action := v_key.action;
                tids := ARRAY(SELECT t.tid::pg_catalog.tid FROM pg_catalog.jsonb_array_elements_text(v_fresh) AS t (tid));
                RETURN NEXT;
            END LOOP;
        END LOOP;
        v_at := v_at + 1;
    END LOOP;

    FOR v_part IN
        SELECT b.relation, b.via, auth.subtract_rows(b.rows, v_found -> b.relation::pg_catalog.text) AS rows
        FROM pg_catalog.jsonb_to_recordset(v_blocking) AS b (relation pg_catalog.oid, via pg_catalog.text, rows pg_catalog.jsonb)
    LOOP
        CONTINUE WHEN v_part.rows = '[]'::pg_catalog.jsonb;
        relation := v_part.relation; via := v_part.via; action := 'blocked';
        tids := ARRAY(SELECT t.tid::pg_catalog.tid FROM pg_catalog.jsonb_array_elements_text(v_part.rows) AS t (tid));
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION auth.find_owned_rows(pg_catalog.uuid, pg_catalog.bool)
    IS 'The rows of the app''s tables that hang on a user, by walking foreign keys backwards.';
REVOKE EXECUTE ON FUNCTION auth.find_owned_rows(pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.find_owned_rows(pg_catalog.uuid, pg_catalog.bool)
    TO authenticated, service_role;
