-- auth.set: change a setting of accounts, from the next request on, on every connection.
--
-- Runs as   definer: writes auth.settings.
-- Writes    the override, and one howdah.audit row that names the setting but not the value.
-- Returns   the value as it is kept (checked and put into its normal form); NULL for one that is kept sealed.
-- Raises    22023 for a setting that does not exist or a value that it does not take.
CREATE FUNCTION auth.set(name pg_catalog.text, value pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value  pg_catalog.text := howdah_private.auth_setting_check(set.name, set.value);
    v_secret pg_catalog.bool := EXISTS (
        SELECT 1 FROM howdah_private.auth_setting_definitions() AS d
        WHERE d.name = set.name AND d.value_type = 'secret');
BEGIN
    IF v_secret AND v_value <> '' THEN
        v_value := howdah_private.secret_seal(v_value, 'setting:' || set.name);
    END IF;
    INSERT INTO auth.settings AS s (name, value) VALUES (set.name, v_value)
    ON CONFLICT ON CONSTRAINT settings_pkey
    DO UPDATE SET value = excluded.value, updated_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('auth.set', pg_catalog.jsonb_build_object('name', set.name));
    RETURN CASE WHEN NOT v_secret THEN v_value END;
END
$$;
ALTER FUNCTION auth.set(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.set(pg_catalog.text, pg_catalog.text) IS 'Change a setting of accounts.';
REVOKE EXECUTE ON FUNCTION auth.set(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
