-- howdah_private.install_auth_sso: identity providers of organisations and their domains, as the dialect has them. They can be listed and
-- kept, and come along with a dump; nobody signs in by them yet.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_sso()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.sso_providers (
        id          pg_catalog.uuid CONSTRAINT sso_providers_pkey PRIMARY KEY,
        resource_id pg_catalog.text
                    CONSTRAINT "resource_id not empty" CHECK (pg_catalog.char_length(resource_id) > 0),
        created_at  pg_catalog.timestamptz,
        updated_at  pg_catalog.timestamptz,
        disabled    pg_catalog.bool
    );
    CREATE UNIQUE INDEX sso_providers_resource_id_idx ON auth.sso_providers (pg_catalog.lower(resource_id));
    COMMENT ON TABLE auth.sso_providers IS 'Identity providers of organisations.';

    CREATE TABLE auth.sso_domains (
        id              pg_catalog.uuid CONSTRAINT sso_domains_pkey PRIMARY KEY,
        sso_provider_id pg_catalog.uuid NOT NULL
                        CONSTRAINT sso_domains_sso_provider_id_fkey REFERENCES auth.sso_providers (id) ON DELETE CASCADE,
        domain          pg_catalog.text NOT NULL
                        CONSTRAINT "domain not empty" CHECK (pg_catalog.char_length(domain) > 0),
        created_at      pg_catalog.timestamptz,
        updated_at      pg_catalog.timestamptz
    );
    CREATE INDEX sso_domains_sso_provider_id_idx ON auth.sso_domains (sso_provider_id);
    CREATE UNIQUE INDEX sso_domains_domain_idx ON auth.sso_domains (pg_catalog.lower(domain));
    COMMENT ON TABLE auth.sso_domains IS 'Which e-mail domains belong to which identity provider.';

    CREATE TABLE auth.saml_providers (
        id                pg_catalog.uuid CONSTRAINT saml_providers_pkey PRIMARY KEY,
        sso_provider_id   pg_catalog.uuid NOT NULL
                          CONSTRAINT saml_providers_sso_provider_id_fkey REFERENCES auth.sso_providers (id) ON DELETE CASCADE,
        entity_id         pg_catalog.text NOT NULL
                          CONSTRAINT "entity_id not empty" CHECK (pg_catalog.char_length(entity_id) > 0)
                          CONSTRAINT saml_providers_entity_id_key UNIQUE,
        metadata_xml      pg_catalog.text NOT NULL
                          CONSTRAINT "metadata_xml not empty" CHECK (pg_catalog.char_length(metadata_xml) > 0),
        metadata_url      pg_catalog.text
                          CONSTRAINT "metadata_url not empty" CHECK (pg_catalog.char_length(metadata_url) > 0),
        attribute_mapping pg_catalog.jsonb,
        created_at        pg_catalog.timestamptz,
        updated_at        pg_catalog.timestamptz,
        name_id_format    pg_catalog.text
    );
    CREATE INDEX saml_providers_sso_provider_id_idx ON auth.saml_providers (sso_provider_id);
    COMMENT ON TABLE auth.saml_providers IS 'What identity providers say of themselves.';

    -- No foreign key: auth.set_provider writes its row anew.
    CREATE TABLE auth.custom_providers (
        identifier pg_catalog.text CONSTRAINT custom_providers_pkey PRIMARY KEY
                   CONSTRAINT custom_providers_identifier_check CHECK (identifier LIKE 'custom:_%'),
        id         pg_catalog.uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
        name       pg_catalog.text NOT NULL
                   CONSTRAINT custom_providers_name_check CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200),
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.custom_providers IS 'Rows of auth.providers that the admin API has made: their names for people.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_sso() IS 'howdah.install(): identity providers of organisations.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_sso() FROM PUBLIC;
