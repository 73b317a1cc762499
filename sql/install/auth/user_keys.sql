-- howdah_private.install_auth_user_keys: API keys of users and of organisations.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_user_keys()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.api_keys (
        id              pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT api_keys_pkey PRIMARY KEY,
        user_id         pg_catalog.uuid
                        CONSTRAINT api_keys_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        organization_id pg_catalog.uuid
                        CONSTRAINT api_keys_organization_id_fkey REFERENCES auth.organizations (id) ON DELETE CASCADE,
        name            pg_catalog.text NOT NULL
                        CONSTRAINT api_keys_name_check CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
        prefix          pg_catalog.text NOT NULL,
        key_hash        pg_catalog.text NOT NULL CONSTRAINT api_keys_key_hash_key UNIQUE,
        scopes          pg_catalog.text[] NOT NULL DEFAULT '{}',
        created_by      pg_catalog.uuid
                        CONSTRAINT api_keys_created_by_fkey REFERENCES auth.users (id) ON DELETE SET NULL,
        created_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at      pg_catalog.timestamptz,
        last_used_at    pg_catalog.timestamptz,
        CONSTRAINT api_keys_owner_check CHECK ((user_id IS NULL) <> (organization_id IS NULL))
    );
    CREATE INDEX api_keys_user_id_idx ON auth.api_keys (user_id, created_at);
    CREATE INDEX api_keys_organization_id_idx ON auth.api_keys (organization_id, created_at);
    CREATE INDEX api_keys_created_by_idx ON auth.api_keys (created_by);
    COMMENT ON TABLE auth.api_keys IS 'API keys of users and organisations; a row deleted is a key revoked: refused from the next request on.';
    COMMENT ON COLUMN auth.api_keys.key_hash IS 'Hex SHA-256 of the key (256 random bits), which is shown once and not kept.';
    COMMENT ON COLUMN auth.api_keys.last_used_at IS 'To about five minutes.';
    CREATE TRIGGER sessions_changed AFTER DELETE OR TRUNCATE OR UPDATE OF key_hash, scopes, expires_at, user_id, organization_id
        ON auth.api_keys FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.sessions_changed();
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_user_keys() IS 'howdah.install(): API keys of users and organisations.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_user_keys() FROM PUBLIC;
