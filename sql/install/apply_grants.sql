-- howdah_private.apply_grants: who owns and who may see what install() made; runs each time.
--
-- Runs as   invoker, a superuser, from howdah.install().
-- Sets      owner howdah_owner, row-level security forced on the owner too, one policy for him; no right
--           of anybody else on any of the tables. A DBA's own grants to roles that are not Howdah's stay.
CREATE FUNCTION howdah_private.apply_grants()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_owner  CONSTANT pg_catalog.oid := 'howdah_owner'::pg_catalog.regrole;
    c_nobody CONSTANT pg_catalog.oid[] := ARRAY[
        0, 'anon'::pg_catalog.regrole, 'authenticated'::pg_catalog.regrole,
        'service_role'::pg_catalog.regrole, 'howdah_proxy'::pg_catalog.regrole,
        'howdah_courier'::pg_catalog.regrole];
    v_table record;
BEGIN
    FOR v_table IN
        SELECT c.oid, t.schema, t.name, c.relowner, c.relacl, c.relrowsecurity AND c.relforcerowsecurity AS secured
        FROM howdah_private.our_tables() AS t
        JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schema
        JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.name
    LOOP
        -- Only what is not so yet: each ALTER locks the table against every request.
        IF v_table.relowner <> c_owner THEN
            EXECUTE pg_catalog.format('ALTER TABLE %I.%I OWNER TO howdah_owner', v_table.schema, v_table.name);
        END IF;
        IF NOT v_table.secured THEN
            EXECUTE pg_catalog.format(
                'ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table.schema, v_table.name);
        END IF;
        IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_policy AS p
                       WHERE p.polrelid = v_table.oid AND p.polname = 'owner_all') THEN
            EXECUTE pg_catalog.format(
                'CREATE POLICY owner_all ON %I.%I TO howdah_owner USING (true) WITH CHECK (true)',
                v_table.schema, v_table.name);
        END IF;
        IF EXISTS (SELECT 1 FROM pg_catalog.aclexplode(v_table.relacl) AS a WHERE a.grantee = ANY (c_nobody)) THEN
            EXECUTE pg_catalog.format(
                'REVOKE ALL ON %I.%I FROM PUBLIC, anon, authenticated, service_role, howdah_proxy, howdah_courier',
                v_table.schema, v_table.name);
        END IF;
    END LOOP;

    -- A temporary table is the commonest way to leave something behind on a pooled connection.
    EXECUTE pg_catalog.format(
        'REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
END
$$;
COMMENT ON FUNCTION howdah_private.apply_grants() IS 'howdah.install(): owners, policies and grants.';
REVOKE EXECUTE ON FUNCTION howdah_private.apply_grants() FROM PUBLIC;
