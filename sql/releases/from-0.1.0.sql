-- Roles are there, with what a DBA has set: what this version adds to them.
-- by hand: DO $$ DECLARE v_role record;
DO $$
DECLARE
    v_role pg_catalog.text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['howdah_proxy', 'howdah_courier'] LOOP
        -- What a DBA has set already, stays.
        IF NOT EXISTS (
            SELECT FROM pg_catalog.pg_db_role_setting AS s
            JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
            CROSS JOIN pg_catalog.unnest(s.setconfig) AS c (entry)
            WHERE s.setdatabase = 0 AND r.rolname = v_role AND pg_catalog.starts_with(c.entry, 'auto_explain.log_min_duration=')
        ) THEN
            EXECUTE pg_catalog.format('ALTER ROLE %I SET auto_explain.log_min_duration = -1', v_role);
        END IF;
    END LOOP;
END
$$;
