-- auth.remove_provider: let nobody sign in by a provider any more. Its users' identities stay.
--
-- Runs as   definer: writes auth.providers.
-- Writes    one howdah.audit row.
-- Returns   whether there was one.
CREATE FUNCTION auth.remove_provider(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM auth.providers AS p WHERE p.name = remove_provider.name;
    RETURN howdah_private.record_removal(FOUND, 'remove_provider', pg_catalog.jsonb_build_object('name', remove_provider.name));
END
$$;
ALTER FUNCTION auth.remove_provider(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.remove_provider(pg_catalog.text) IS 'Let nobody sign in by a provider any more.';
REVOKE EXECUTE ON FUNCTION auth.remove_provider(pg_catalog.text) FROM PUBLIC;
