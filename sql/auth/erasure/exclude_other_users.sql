-- auth.exclude_other_users: the condition, for a row c of a table, that no foreign key of it names another user than $2.
--
-- A key names a user if it leads to auth.users(id), or to a table of which each user has one row: one with a unique foreign key to
-- auth.users(id). Keys with no value name nobody. If the key that was walked (`walked`) names a user itself, the row is the user's
-- whomever its other keys name.
--
-- Runs as   invoker: reads the catalog, as anybody may.
-- Returns   SQL that begins with AND, or nothing.
CREATE FUNCTION auth.exclude_other_users(relation pg_catalog.oid, walked pg_catalog.oid)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_users CONSTANT pg_catalog.oid := 'auth.users'::pg_catalog.regclass;
    v_key   record;
    v_sql   pg_catalog.text := '';
BEGIN
    FOR v_key IN
        SELECT k.oid, k.confrelid, f.condition, pg_catalog.format('c.%I', a.attname) AS referring,
               pg_catalog.has_table_privilege(k.confrelid, 'SELECT') AS readable,
               (SELECT pg_catalog.format('p.%I', ua.attname)
                FROM pg_catalog.pg_constraint AS u
                JOIN pg_catalog.pg_attribute AS ua ON ua.attrelid = u.conrelid AND ua.attnum = u.conkey[1]
                JOIN pg_catalog.pg_index AS i ON i.indrelid = u.conrelid AND i.indisunique AND i.indnkeyatts = 1
                     AND i.indkey[0] = u.conkey[1] AND i.indpred IS NULL
                WHERE u.contype = 'f' AND u.conrelid = k.confrelid AND u.confrelid = c_users
                  AND pg_catalog.cardinality(u.conkey) = 1
                LIMIT 1) AS account_column
        FROM pg_catalog.pg_constraint AS k
        JOIN auth.find_references(k.confrelid) AS f ON f."constraint" = k.oid
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = exclude_other_users.relation
    LOOP
        IF v_key.oid = exclude_other_users.walked AND (v_key.confrelid = c_users OR v_key.account_column IS NOT NULL) THEN
            RETURN '';
        ELSIF v_key.confrelid = c_users THEN
            v_sql := v_sql || pg_catalog.format(' AND (%1$s IS NULL OR %1$s = $2)', v_key.referring);
        ELSIF v_key.account_column IS NOT NULL AND v_key.oid <> exclude_other_users.walked AND v_key.readable THEN
            v_sql := v_sql || pg_catalog.format(
                ' AND (%s IS NULL OR EXISTS (SELECT 1 FROM %s AS p WHERE %s = $2 AND %s))',
                v_key.referring, auth.quote_relation(v_key.confrelid), v_key.account_column, v_key.condition);
        END IF;
    END LOOP;
    RETURN v_sql;
END
$$;
COMMENT ON FUNCTION auth.exclude_other_users(pg_catalog.oid, pg_catalog.oid)
    IS 'The condition that no foreign key of a row names another user.';
REVOKE EXECUTE ON FUNCTION auth.exclude_other_users(pg_catalog.oid, pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.exclude_other_users(pg_catalog.oid, pg_catalog.oid)
    TO authenticated, service_role;
