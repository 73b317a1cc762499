-- howdah_private.auth_account_tables: the tables of auth that hold rows of one user: auth.users, and each with a column user_id.
--
-- Runs as   invoker.
-- Returns   the table, its key column and that column's type, and the columns that may be shown.
CREATE FUNCTION howdah_private.auth_account_tables(
    OUT name pg_catalog.name,
    OUT key pg_catalog.name,
    OUT key_type pg_catalog.text,
    OUT columns pg_catalog.name[]
)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.relname, k.attname, pg_catalog.format_type(k.atttypid, NULL),
           ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute AS a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   AND NOT howdah_private.auth_is_secret(a.attname)
                 ORDER BY a.attnum)
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_attribute AS k ON k.attrelid = c.oid AND NOT k.attisdropped
         AND k.attname = CASE c.relname WHEN 'users' THEN 'id' ELSE 'user_id' END
    WHERE c.relnamespace = 'auth'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p')
      -- auth.refresh_tokens has a text: its rows go with their sessions, and tell nothing that those do not.
      AND k.atttypid = 'pg_catalog.uuid'::pg_catalog.regtype
$$;
COMMENT ON FUNCTION howdah_private.auth_account_tables()
    IS 'The tables of auth that hold rows of one user.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_account_tables() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_account_tables()
    TO howdah_owner;
