-- howdah_private.install_auth_factors: second factors.
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
        last_step                    pg_catalog.int8 NOT NULL DEFAULT 0
    );
    COMMENT ON TABLE auth.mfa_factors IS 'Second factors. Secrets are sealed (howdah_private.secret_seal).';
    CREATE INDEX mfa_factors_user_id_idx ON auth.mfa_factors (user_id, created_at);
    CREATE UNIQUE INDEX mfa_factors_user_friendly_name_unique ON auth.mfa_factors (friendly_name, user_id)
        WHERE pg_catalog.btrim(friendly_name) <> '';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_factors() IS 'howdah.install(): second factors.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_factors() FROM PUBLIC;
