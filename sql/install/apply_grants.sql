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
    v_table pg_catalog.text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'migrations', 'audit', 'settings', 'keys', 'api_keys', 'roles', 'routes'
    ] LOOP
        EXECUTE pg_catalog.format('ALTER TABLE howdah.%I OWNER TO howdah_owner', v_table);
        EXECUTE pg_catalog.format('ALTER TABLE howdah.%I ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE pg_catalog.format('ALTER TABLE howdah.%I FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS owner_all ON howdah.%I', v_table);
        EXECUTE pg_catalog.format(
            'CREATE POLICY owner_all ON howdah.%I TO howdah_owner USING (true) WITH CHECK (true)', v_table);
        EXECUTE pg_catalog.format(
            'REVOKE ALL ON howdah.%I FROM PUBLIC, anon, authenticated, service_role, howdah_proxy, howdah_courier',
            v_table);
    END LOOP;

    -- A temporary table is the commonest way to leave something behind on a pooled connection.
    EXECUTE pg_catalog.format(
        'REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
END
$$;
COMMENT ON FUNCTION howdah_private.apply_grants() IS 'howdah.install(): owners, policies and grants.';
REVOKE EXECUTE ON FUNCTION howdah_private.apply_grants() FROM PUBLIC;
