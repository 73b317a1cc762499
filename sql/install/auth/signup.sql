-- howdah_private.install_auth_signup: hooks, and who may sign up.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_auth_signup()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.hooks (
        hook          pg_catalog.text CONSTRAINT hooks_pkey PRIMARY KEY,
        schema_name   pg_catalog.text NOT NULL,
        function_name pg_catalog.text NOT NULL,
        role          pg_catalog.text NOT NULL,
        timeout_ms    pg_catalog.int4 NOT NULL,
        created_at    pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at    pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.hooks IS 'Functions of the app that the account flows ask: auth.set_hook, auth.unset_hook.';
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth.hooks
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();

    CREATE TABLE auth.signup_allowed (
        entry      pg_catalog.text CONSTRAINT signup_allowed_pkey PRIMARY KEY,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.signup_allowed IS
        'Who may sign up while signup_mode is allow-list: addresses, phone numbers, @domains. auth.allow_signup.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_signup() IS 'howdah.install(): hooks, and who may sign up.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_signup() FROM PUBLIC;
