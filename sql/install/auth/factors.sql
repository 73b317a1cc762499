-- howdah_private.install_auth_factors: second factors, their challenges, recovery codes. Columns and their order are the dialect's; what is
-- ours is at the end.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_factors()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.mfa_factors (
        id                           pg_catalog.uuid CONSTRAINT mfa_factors_pkey PRIMARY KEY,
        user_id                      pg_catalog.uuid NOT NULL
                                     CONSTRAINT mfa_factors_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        friendly_name                pg_catalog.text,
        factor_type                  auth.factor_type NOT NULL,
        status                       auth.factor_status NOT NULL,
        created_at                   pg_catalog.timestamptz NOT NULL,
        updated_at                   pg_catalog.timestamptz NOT NULL,
        secret                       pg_catalog.text,
        phone                        pg_catalog.text,
        last_challenged_at           pg_catalog.timestamptz,
        web_authn_credential         pg_catalog.jsonb,
        web_authn_aaguid             pg_catalog.uuid,
        last_webauthn_challenge_data pg_catalog.jsonb,
        last_step                    pg_catalog.int8 NOT NULL DEFAULT 0,
        failed_attempts              pg_catalog.int4 NOT NULL DEFAULT 0,
        locked_until                 pg_catalog.timestamptz
    );
    COMMENT ON TABLE auth.mfa_factors IS 'Second factors. Secrets are sealed (howdah_private.secret_seal).';
    COMMENT ON COLUMN auth.mfa_factors.last_step IS 'The last step of 30 seconds whose TOTP code was used; it and those before are used up.';
    COMMENT ON COLUMN auth.mfa_factors.failed_attempts IS 'Tries since the last that was good; from 5 on they have to wait (locked_until).';
    CREATE INDEX mfa_factors_user_id_idx ON auth.mfa_factors (user_id, created_at);
    CREATE UNIQUE INDEX mfa_factors_user_friendly_name_unique ON auth.mfa_factors (friendly_name, user_id)
        WHERE pg_catalog.btrim(friendly_name) <> '';
    CREATE UNIQUE INDEX unique_phone_factor_per_user ON auth.mfa_factors (user_id, phone);

    CREATE TABLE auth.mfa_challenges (
        id                     pg_catalog.uuid CONSTRAINT mfa_challenges_pkey PRIMARY KEY,
        factor_id              pg_catalog.uuid NOT NULL
                               CONSTRAINT mfa_challenges_auth_factor_id_fkey REFERENCES auth.mfa_factors (id) ON DELETE CASCADE,
        created_at             pg_catalog.timestamptz NOT NULL,
        verified_at            pg_catalog.timestamptz,
        ip_address             pg_catalog.inet,
        otp_code               pg_catalog.text,
        web_authn_session_data pg_catalog.jsonb,
        attempts               pg_catalog.int4 NOT NULL DEFAULT 0
    );
    COMMENT ON TABLE auth.mfa_challenges IS 'Proofs of second factors that were begun. Codes are kept as HMACs.';
    CREATE INDEX mfa_challenges_factor_id_idx ON auth.mfa_challenges (factor_id);
    CREATE INDEX mfa_challenge_created_at_idx ON auth.mfa_challenges (created_at DESC);

    CREATE TABLE auth.mfa_recovery_code_sets (
        id                        pg_catalog.uuid CONSTRAINT mfa_recovery_code_sets_pkey PRIMARY KEY,
        user_id                   pg_catalog.uuid NOT NULL CONSTRAINT mfa_recovery_code_sets_user_id_key UNIQUE
                                  CONSTRAINT mfa_recovery_code_sets_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        mfa_factor_id             pg_catalog.uuid NOT NULL CONSTRAINT mfa_recovery_code_sets_mfa_factor_id_key UNIQUE
                                  CONSTRAINT mfa_recovery_code_sets_mfa_factor_id_fkey
                                  REFERENCES auth.mfa_factors (id) ON DELETE CASCADE,
        failed_verification_count pg_catalog.int4 NOT NULL DEFAULT 0
                                  CONSTRAINT mfa_recovery_code_sets_failed_verification_count_check
                                  CHECK (failed_verification_count >= 0),
        verification_locked_until pg_catalog.timestamptz,
        created_at                pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at                pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.mfa_recovery_code_sets IS 'A user''s set of recovery codes, and wrong tries at it.';

    CREATE TABLE auth.mfa_recovery_codes (
        id                       pg_catalog.uuid CONSTRAINT mfa_recovery_codes_pkey PRIMARY KEY,
        mfa_recovery_code_set_id pg_catalog.uuid NOT NULL
                                 CONSTRAINT mfa_recovery_codes_mfa_recovery_code_set_id_fkey
                                 REFERENCES auth.mfa_recovery_code_sets (id) ON DELETE CASCADE,
        code_hash                pg_catalog.text NOT NULL,
        consumed_at              pg_catalog.timestamptz,
        created_at               pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.mfa_recovery_codes IS 'HMACs of recovery codes under the server''s key.';
    CREATE INDEX mfa_recovery_codes_set_id_idx ON auth.mfa_recovery_codes (mfa_recovery_code_set_id);
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_factors() IS 'howdah.install(): second factors, challenges, recovery codes.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_factors() FROM PUBLIC;
