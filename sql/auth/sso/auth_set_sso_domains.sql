-- howdah_private.auth_set_sso_domains: the domains of an identity provider, these and no others.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    23505 if another provider has got one of them meanwhile.
CREATE FUNCTION howdah_private.auth_set_sso_domains(provider_id pg_catalog.uuid, domains pg_catalog.text[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM auth.sso_domains AS d
    WHERE d.sso_provider_id = auth_set_sso_domains.provider_id
      AND pg_catalog.lower(d.domain) <> ALL (auth_set_sso_domains.domains);
    INSERT INTO auth.sso_domains (id, sso_provider_id, domain, created_at, updated_at)
    SELECT pg_catalog.gen_random_uuid(), auth_set_sso_domains.provider_id, n.domain, pg_catalog.now(), pg_catalog.now()
    FROM pg_catalog.unnest(auth_set_sso_domains.domains) AS n (domain)
    WHERE NOT EXISTS (SELECT 1 FROM auth.sso_domains AS d
                      WHERE d.sso_provider_id = auth_set_sso_domains.provider_id AND pg_catalog.lower(d.domain) = n.domain);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_set_sso_domains(pg_catalog.uuid, pg_catalog.text[])
    IS 'The domains of an identity provider, these and no others.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_set_sso_domains(pg_catalog.uuid, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_set_sso_domains(pg_catalog.uuid, pg_catalog.text[])
    TO howdah_owner;
