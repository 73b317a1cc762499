-- howdah_private.install_auth_providers: other providers, the flows that go by way of them, what they said.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_providers()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.providers (
        name                   pg_catalog.text CONSTRAINT providers_pkey PRIMARY KEY,
        kind                   pg_catalog.text NOT NULL,
        client_ids             pg_catalog.text[] NOT NULL
                               CONSTRAINT providers_client_ids_check CHECK (pg_catalog.cardinality(client_ids) BETWEEN 1 AND 20),
        secret                 pg_catalog.text,
        enabled                pg_catalog.bool NOT NULL DEFAULT true,
        base_url               pg_catalog.text,
        issuer                 pg_catalog.text,
        identity_issuer        pg_catalog.text,
        authorization_endpoint pg_catalog.text,
        token_endpoint         pg_catalog.text,
        userinfo_endpoint      pg_catalog.text,
        emails_endpoint        pg_catalog.text,
        jwks_uri               pg_catalog.text,
        scopes                 pg_catalog.text[] NOT NULL,
        client_auth            pg_catalog.text NOT NULL,
        pkce                   pg_catalog.bool NOT NULL,
        nonce                  pg_catalog.bool NOT NULL,
        form_post              pg_catalog.bool NOT NULL,
        skip_nonce_check       pg_catalog.bool NOT NULL,
        email_optional         pg_catalog.bool NOT NULL,
        trust_email            pg_catalog.bool NOT NULL,
        claim_mapping          pg_catalog.jsonb NOT NULL,
        parameters             pg_catalog.jsonb NOT NULL,
        created_at             pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at             pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.providers IS 'Providers that users may sign in by: auth.set_provider, auth.remove_provider.';
    COMMENT ON COLUMN auth.providers.secret IS 'Sealed (howdah_private.secret_seal).';
    COMMENT ON COLUMN auth.providers.trust_email IS
        'Addresses count as verified where the provider''s documents have no flag for it at all.';

    -- The dialect's columns first; auth_code is a SHA-256, the provider's tokens are sealed.
    CREATE TABLE auth.flow_state (
        id                     pg_catalog.uuid CONSTRAINT flow_state_pkey PRIMARY KEY,
        user_id                pg_catalog.uuid
                               CONSTRAINT flow_state_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        auth_code              pg_catalog.text,
        code_challenge_method  auth.code_challenge_method,
        code_challenge         pg_catalog.text,
        provider_type          pg_catalog.text NOT NULL,
        provider_access_token  pg_catalog.text,
        provider_refresh_token pg_catalog.text,
        created_at             pg_catalog.timestamptz,
        updated_at             pg_catalog.timestamptz,
        authentication_method  pg_catalog.text NOT NULL,
        auth_code_issued_at    pg_catalog.timestamptz,
        invite_token           pg_catalog.text,
        referrer               pg_catalog.text,
        oauth_client_state_id  pg_catalog.uuid,
        linking_target_id      pg_catalog.uuid
                               CONSTRAINT flow_state_linking_target_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        email_optional         pg_catalog.bool NOT NULL DEFAULT false,
        state_hash             pg_catalog.text,
        browser_hash           pg_catalog.text,
        client                 pg_catalog.inet,
        expires_at             pg_catalog.timestamptz,
        provider_code_hash     pg_catalog.text,
        called_at              pg_catalog.timestamptz,
        finished_at            pg_catalog.timestamptz,
        linking_profile        pg_catalog.jsonb,
        auth_code_used_at      pg_catalog.timestamptz,
        session_id             pg_catalog.uuid
    );
    COMMENT ON TABLE auth.flow_state IS 'Sign-ins under way: by way of a provider (state_hash), or to end with an auth code (code_challenge).';
    COMMENT ON COLUMN auth.flow_state.referrer IS 'Where the browser is sent in the end; allowed when it was written.';
    COMMENT ON COLUMN auth.flow_state.state_hash IS 'SHA-256 of the state that the provider gives back.';
    COMMENT ON COLUMN auth.flow_state.browser_hash IS 'SHA-256 of the cookie of the browser that began.';
    COMMENT ON COLUMN auth.flow_state.client IS 'The address that began, where no cookie could be set.';
    COMMENT ON COLUMN auth.flow_state.finished_at IS 'The provider''s answer has been taken: none is taken again.';
    COMMENT ON COLUMN auth.flow_state.linking_profile IS 'The identity that the auth code will link.';
    COMMENT ON COLUMN auth.flow_state.session_id IS 'What the auth code was exchanged for; a second use ends it.';
    CREATE UNIQUE INDEX flow_state_auth_code_key ON auth.flow_state (auth_code) WHERE auth_code IS NOT NULL;
    CREATE UNIQUE INDEX flow_state_state_hash_key ON auth.flow_state (state_hash) WHERE state_hash IS NOT NULL;
    CREATE INDEX idx_user_id_auth_method ON auth.flow_state (user_id, authentication_method);
    CREATE INDEX flow_state_linking_target_id_idx ON auth.flow_state (linking_target_id) WHERE linking_target_id IS NOT NULL;
    CREATE INDEX flow_state_created_at_idx ON auth.flow_state (created_at DESC);

    CREATE TABLE auth.provider_tokens (
        identity_id   pg_catalog.uuid CONSTRAINT provider_tokens_pkey PRIMARY KEY
                      CONSTRAINT provider_tokens_identity_id_fkey REFERENCES auth.identities (id) ON DELETE CASCADE,
        user_id       pg_catalog.uuid NOT NULL
                      CONSTRAINT provider_tokens_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        provider      pg_catalog.text NOT NULL,
        access_token  pg_catalog.text NOT NULL,
        refresh_token pg_catalog.text,
        scope         pg_catalog.text,
        expires_at    pg_catalog.timestamptz,
        updated_at    pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.provider_tokens IS 'Tokens of providers, sealed: auth.provider_token() gives a user his own.';
    CREATE INDEX provider_tokens_user_id_idx ON auth.provider_tokens (user_id, provider);

    CREATE TABLE auth.provider_documents (
        url        pg_catalog.text CONSTRAINT provider_documents_pkey PRIMARY KEY,
        document   pg_catalog.jsonb,
        fetched_at pg_catalog.timestamptz,
        expires_at pg_catalog.timestamptz,
        attempt    pg_catalog.int8 NOT NULL DEFAULT 0,
        asked_at   pg_catalog.timestamptz
    );
    COMMENT ON TABLE auth.provider_documents IS 'Key sets and discovery documents of providers, as last fetched.';

    INSERT INTO auth.rate_limits (name, rule, per, count, period) VALUES
        ('provider_address', 'provider', 'address', 120, '5 minutes');
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_providers() IS 'howdah.install(): other providers.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_providers() FROM PUBLIC;
