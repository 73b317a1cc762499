-- howdah_private.install_auth_passkeys: passkeys and their ceremonies. Columns are the dialect's.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_passkeys()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.webauthn_credentials (
        id               pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT webauthn_credentials_pkey PRIMARY KEY,
        user_id          pg_catalog.uuid NOT NULL
                         CONSTRAINT webauthn_credentials_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        credential_id    pg_catalog.bytea NOT NULL,
        public_key       pg_catalog.bytea NOT NULL,
        attestation_type pg_catalog.text NOT NULL DEFAULT '',
        aaguid           pg_catalog.uuid,
        sign_count       pg_catalog.int8 NOT NULL DEFAULT 0,
        transports       pg_catalog.jsonb NOT NULL DEFAULT '[]',
        backup_eligible  pg_catalog.bool NOT NULL DEFAULT false,
        backed_up        pg_catalog.bool NOT NULL DEFAULT false,
        friendly_name    pg_catalog.text NOT NULL DEFAULT '',
        created_at       pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at       pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        last_used_at     pg_catalog.timestamptz
    );
    COMMENT ON TABLE auth.webauthn_credentials IS 'Passkeys: public keys that sign their users in.';
    COMMENT ON COLUMN auth.webauthn_credentials.public_key IS 'The COSE key as the authenticator wrote it.';
    CREATE UNIQUE INDEX webauthn_credentials_credential_id_key ON auth.webauthn_credentials (credential_id);
    CREATE INDEX webauthn_credentials_user_id_idx ON auth.webauthn_credentials (user_id);

    CREATE TABLE auth.webauthn_challenges (
        id             pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT webauthn_challenges_pkey PRIMARY KEY,
        user_id        pg_catalog.uuid
                       CONSTRAINT webauthn_challenges_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        challenge_type pg_catalog.text NOT NULL
                       CONSTRAINT webauthn_challenges_challenge_type_check
                       CHECK (challenge_type IN ('signup', 'registration', 'authentication')),
        session_data   pg_catalog.jsonb NOT NULL,
        created_at     pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at     pg_catalog.timestamptz NOT NULL
    );
    COMMENT ON TABLE auth.webauthn_challenges IS 'Ceremonies that were begun; a row ends with its use.';
    CREATE INDEX webauthn_challenges_expires_at_idx ON auth.webauthn_challenges (expires_at);
    CREATE INDEX webauthn_challenges_user_id_idx ON auth.webauthn_challenges (user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_passkeys() IS 'howdah.install(): passkeys and their ceremonies.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_passkeys() FROM PUBLIC;
