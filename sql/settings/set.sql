-- howdah.set: change a setting, from the next request on, on every connection.
--
-- Runs as   definer: writes howdah.settings.
-- Writes    the override, and one howdah.audit row that names the key but not the value.
-- Returns   the value as it is kept (checked and put into its normal form).
-- Raises    22023 for a key that Howdah does not know or a value that the key does not take; for
--           rest.anon_role, a role that is not listed or bypasses policies.
CREATE FUNCTION howdah.set(key pg_catalog.text, value pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value pg_catalog.text := howdah_private.setting_check(set.key, set.value);
BEGIN
    -- A role that bypasses policies would be everybody's.
    IF set.key = 'rest.anon_role' AND v_value <> '' AND NOT EXISTS (
        SELECT 1 FROM howdah.roles AS r WHERE r.role = v_value AND NOT r.bypass
    ) THEN
        RAISE EXCEPTION 'rest.anon_role: "%" is not a listed role that policies bind', v_value
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = pg_catalog.format('SELECT howdah.allow_role(%L);', v_value);
    END IF;
    INSERT INTO howdah.settings AS s (key, value) VALUES (set.key, v_value)
    ON CONFLICT ON CONSTRAINT settings_pkey
    DO UPDATE SET value = excluded.value, updated_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('set', pg_catalog.jsonb_build_object('key', set.key));
    RETURN v_value;
END
$$;
ALTER FUNCTION howdah.set(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set(pg_catalog.text, pg_catalog.text) IS 'Change a setting.';
REVOKE EXECUTE ON FUNCTION howdah.set(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
