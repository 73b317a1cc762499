-- howdah_private.install_auth_oauth_server: clients of our own authorization server, their requests, and what users have granted them.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_oauth_server()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.oauth_clients (
        id                         pg_catalog.uuid CONSTRAINT oauth_clients_pkey PRIMARY KEY,
        client_secret_hash         pg_catalog.text,
        registration_type          pg_catalog.text NOT NULL
                                   CONSTRAINT oauth_clients_registration_type_check CHECK (registration_type IN ('dynamic', 'manual')),
        redirect_uris              pg_catalog.text NOT NULL,
        grant_types                pg_catalog.text NOT NULL,
        client_name                pg_catalog.text
                                   CONSTRAINT oauth_clients_client_name_length CHECK (pg_catalog.char_length(client_name) <= 1024),
        client_uri                 pg_catalog.text
                                   CONSTRAINT oauth_clients_client_uri_length CHECK (pg_catalog.char_length(client_uri) <= 2048),
        logo_uri                   pg_catalog.text
                                   CONSTRAINT oauth_clients_logo_uri_length CHECK (pg_catalog.char_length(logo_uri) <= 2048),
        created_at                 pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at                 pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        deleted_at                 pg_catalog.timestamptz,
        client_type                pg_catalog.text NOT NULL DEFAULT 'confidential'
                                   CONSTRAINT oauth_clients_client_type_check CHECK (client_type IN ('public', 'confidential')),
        token_endpoint_auth_method pg_catalog.text NOT NULL
                                   CONSTRAINT oauth_clients_token_endpoint_auth_method_check
                                   CHECK (token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post', 'none'))
    );
    COMMENT ON TABLE auth.oauth_clients IS 'Apps of others that our users may let in. client_secret_hash is SHA-256, in hex.';
    COMMENT ON COLUMN auth.oauth_clients.redirect_uris IS 'Separated by commas; matched exactly.';
    CREATE INDEX oauth_clients_created_at_idx ON auth.oauth_clients (created_at DESC) WHERE deleted_at IS NULL;

    CREATE TABLE auth.oauth_authorizations (
        id                    pg_catalog.uuid CONSTRAINT oauth_authorizations_pkey PRIMARY KEY,
        authorization_id      pg_catalog.text NOT NULL CONSTRAINT oauth_authorizations_authorization_id_key UNIQUE,
        client_id             pg_catalog.uuid NOT NULL
                              CONSTRAINT oauth_authorizations_client_id_fkey REFERENCES auth.oauth_clients (id) ON DELETE CASCADE,
        user_id               pg_catalog.uuid
                              CONSTRAINT oauth_authorizations_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        redirect_uri          pg_catalog.text NOT NULL,
        scope                 pg_catalog.text NOT NULL,
        state                 pg_catalog.text,
        resource              pg_catalog.text,
        code_challenge        pg_catalog.text,
        code_challenge_method auth.code_challenge_method,
        response_type         pg_catalog.text NOT NULL DEFAULT 'code',
        status                pg_catalog.text NOT NULL DEFAULT 'pending'
                              CONSTRAINT oauth_authorizations_status_check
                              CHECK (status IN ('pending', 'approved', 'denied', 'expired', 'used')),
        authorization_code    pg_catalog.text CONSTRAINT oauth_authorizations_authorization_code_key UNIQUE,
        created_at            pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at            pg_catalog.timestamptz NOT NULL,
        approved_at           pg_catalog.timestamptz,
        nonce                 pg_catalog.text,
        session_id            pg_catalog.uuid
    );
    COMMENT ON TABLE auth.oauth_authorizations IS
        'Requests of clients, from the first redirect to the code. The code is kept as SHA-256; a used row stays, so that a second use ends the session of the first.';
    CREATE INDEX oauth_authorizations_client_id_idx ON auth.oauth_authorizations (client_id);
    CREATE INDEX oauth_authorizations_user_id_idx ON auth.oauth_authorizations (user_id);
    CREATE INDEX oauth_authorizations_expires_at_idx ON auth.oauth_authorizations (expires_at);

    CREATE TABLE auth.oauth_consents (
        id         pg_catalog.uuid CONSTRAINT oauth_consents_pkey PRIMARY KEY,
        user_id    pg_catalog.uuid NOT NULL
                   CONSTRAINT oauth_consents_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        client_id  pg_catalog.uuid NOT NULL
                   CONSTRAINT oauth_consents_client_id_fkey REFERENCES auth.oauth_clients (id) ON DELETE CASCADE,
        scopes     pg_catalog.text NOT NULL,
        granted_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        revoked_at pg_catalog.timestamptz,
        CONSTRAINT oauth_consents_user_client_unique UNIQUE (user_id, client_id)
    );
    COMMENT ON TABLE auth.oauth_consents IS 'What users have let clients do.';
    CREATE INDEX oauth_consents_client_id_idx ON auth.oauth_consents (client_id);
    CREATE INDEX sessions_oauth_client_id_idx ON auth.sessions (oauth_client_id, user_id) WHERE oauth_client_id IS NOT NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_oauth_server() IS 'howdah.install(): the authorization server.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_oauth_server() FROM PUBLIC;
