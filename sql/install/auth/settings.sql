-- howdah_private.install_auth_settings: settings of accounts.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_settings()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.settings (
        name       pg_catalog.text CONSTRAINT settings_pkey PRIMARY KEY,
        value      pg_catalog.text NOT NULL,
        updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.settings IS 'Settings of accounts that differ from their defaults: auth.set, auth.reset.';
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth.settings
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_settings() IS 'howdah.install(): settings of accounts.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_settings() FROM PUBLIC;
