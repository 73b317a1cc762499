-- howdah_private.install_auth_users: users, identities, the audit log. Columns and their order are the dialect's, so that a dump of its
-- tables, with column lists or without, goes in.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_users()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.users (
        instance_id                 pg_catalog.uuid,
        id                          pg_catalog.uuid CONSTRAINT users_pkey PRIMARY KEY,
        aud                         pg_catalog.varchar(255),
        role                        pg_catalog.varchar(255),
        email                       pg_catalog.varchar(255),
        encrypted_password          pg_catalog.varchar(255),
        email_confirmed_at          pg_catalog.timestamptz,
        invited_at                  pg_catalog.timestamptz,
        confirmation_token          pg_catalog.varchar(255),
        confirmation_sent_at        pg_catalog.timestamptz,
        recovery_token              pg_catalog.varchar(255),
        recovery_sent_at            pg_catalog.timestamptz,
        email_change_token_new      pg_catalog.varchar(255),
        email_change                pg_catalog.varchar(255),
        email_change_sent_at        pg_catalog.timestamptz,
        last_sign_in_at             pg_catalog.timestamptz,
        raw_app_meta_data           pg_catalog.jsonb,
        raw_user_meta_data          pg_catalog.jsonb,
        is_super_admin              pg_catalog.bool,
        created_at                  pg_catalog.timestamptz,
        updated_at                  pg_catalog.timestamptz,
        phone                       pg_catalog.text DEFAULT NULL CONSTRAINT users_phone_key UNIQUE,
        phone_confirmed_at          pg_catalog.timestamptz,
        phone_change                pg_catalog.text DEFAULT '',
        phone_change_token          pg_catalog.varchar(255) DEFAULT '',
        phone_change_sent_at        pg_catalog.timestamptz,
        confirmed_at                pg_catalog.timestamptz
                                    GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
        email_change_token_current  pg_catalog.varchar(255) DEFAULT '',
        email_change_confirm_status pg_catalog.int2 DEFAULT 0
                                    CONSTRAINT users_email_change_confirm_status_check
                                    CHECK (email_change_confirm_status BETWEEN 0 AND 2),
        banned_until                pg_catalog.timestamptz,
        reauthentication_token      pg_catalog.varchar(255) DEFAULT '',
        reauthentication_sent_at    pg_catalog.timestamptz,
        is_sso_user                 pg_catalog.bool NOT NULL DEFAULT false,
        deleted_at                  pg_catalog.timestamptz,
        is_anonymous                pg_catalog.bool NOT NULL DEFAULT false
    );
    COMMENT ON TABLE auth.users IS 'Accounts. Secrets of the columns *_token are kept in auth.one_time_tokens.';
    COMMENT ON COLUMN auth.users.encrypted_password IS 'A hash, never a password: argon2id, or what was imported until its first use.';
    CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE is_sso_user = false;
    CREATE INDEX users_instance_id_email_idx ON auth.users (instance_id, pg_catalog.lower(email::pg_catalog.text));
    CREATE INDEX users_instance_id_idx ON auth.users (instance_id);
    CREATE INDEX users_aud_created_at_idx ON auth.users (aud, created_at, id);
    CREATE INDEX users_email_change_idx ON auth.users (email_change) WHERE email_change <> '';
    CREATE INDEX users_phone_change_idx ON auth.users (phone_change) WHERE phone_change <> '';
    CREATE INDEX users_is_anonymous_idx ON auth.users (is_anonymous) WHERE is_anonymous;

    CREATE TABLE auth.identities (
        provider_id     pg_catalog.text NOT NULL,
        user_id         pg_catalog.uuid NOT NULL
                        CONSTRAINT identities_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        identity_data   pg_catalog.jsonb NOT NULL,
        provider        pg_catalog.text NOT NULL,
        last_sign_in_at pg_catalog.timestamptz,
        created_at      pg_catalog.timestamptz,
        updated_at      pg_catalog.timestamptz,
        email           pg_catalog.text GENERATED ALWAYS AS (pg_catalog.lower(identity_data ->> 'email')) STORED,
        id              pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT identities_pkey PRIMARY KEY,
        CONSTRAINT identities_provider_id_provider_unique UNIQUE (provider_id, provider)
    );
    COMMENT ON TABLE auth.identities IS 'By what a user is known: his e-mail, his phone, accounts at other providers.';
    CREATE INDEX identities_user_id_idx ON auth.identities (user_id);
    CREATE INDEX identities_email_idx ON auth.identities (email pg_catalog.text_pattern_ops);

    CREATE TABLE auth.audit_log_entries (
        instance_id pg_catalog.uuid,
        id          pg_catalog.uuid CONSTRAINT audit_log_entries_pkey PRIMARY KEY,
        payload     pg_catalog.json,
        created_at  pg_catalog.timestamptz,
        ip_address  pg_catalog.varchar(64) NOT NULL DEFAULT ''
    );
    COMMENT ON TABLE auth.audit_log_entries IS 'What happened to accounts. Never a secret, a token or a code.';
    CREATE INDEX audit_logs_instance_id_idx ON auth.audit_log_entries (instance_id);
    CREATE INDEX audit_log_entries_created_at_idx ON auth.audit_log_entries (created_at, id);
    -- What is told of one user, for him to have or to be forgotten.
    CREATE INDEX audit_log_entries_actor_idx ON auth.audit_log_entries ((payload ->> 'actor_id'));
    CREATE INDEX audit_log_entries_about_idx ON auth.audit_log_entries ((payload #>> '{traits,user_id}'));
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_users() IS 'howdah.install(): users, identities, the audit log.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_users() FROM PUBLIC;
