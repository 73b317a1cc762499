-- auth.export_account: what the tables of auth hold of a user, without secrets.
--
-- Columns whose names speak of secrets (howdah_private.auth_is_secret) are left out, whatever table they are added to.
--
-- Runs as   definer: reads the tables of auth. EXECUTE is service_role's: whoever has it can read any account.
-- Returns   one row a row: the table and the row as JSON, table by table.
CREATE FUNCTION auth.export_account(
    user_id pg_catalog.uuid,
    OUT relation pg_catalog.text,
    OUT data pg_catalog.jsonb
)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN
        SELECT t.name, t.key, t.key_type, t.columns FROM howdah_private.auth_account_tables() AS t ORDER BY t.name <> 'users', t.name
    LOOP
        relation := 'auth.' || v_table.name;
        FOR data IN EXECUTE pg_catalog.format(
            'SELECT pg_catalog.to_jsonb(r) FROM (SELECT %s FROM auth.%I AS t WHERE t.%I = $1::pg_catalog.text::%s) AS r',
            (SELECT pg_catalog.string_agg(pg_catalog.format('t.%I', n.name), ', ') FROM pg_catalog.unnest(v_table.columns) AS n (name)),
            v_table.name, v_table.key, v_table.key_type)
            USING export_account.user_id
        LOOP
            RETURN NEXT;
        END LOOP;
    END LOOP;
    FOR data IN
        SELECT pg_catalog.to_jsonb(r) FROM (
            SELECT a.id, a.created_at, a.ip_address, a.payload FROM auth.audit_log_entries AS a
            WHERE a.payload ->> 'actor_id' = export_account.user_id::pg_catalog.text) AS r
    LOOP
        relation := 'auth.audit_log_entries';
        RETURN NEXT;
    END LOOP;
END
$$;
ALTER FUNCTION auth.export_account(pg_catalog.uuid)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.export_account(pg_catalog.uuid)
    IS 'What the tables of auth hold of a user, without secrets.';
REVOKE EXECUTE ON FUNCTION auth.export_account(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_account(pg_catalog.uuid)
    TO service_role;
