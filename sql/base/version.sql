-- howdah.version: the version of Howdah's SQL, that is, of the extension script in use.
CREATE FUNCTION howdah.version()
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT '0.2.0-dev'::pg_catalog.text $$;
COMMENT ON FUNCTION howdah.version() IS 'The version of Howdah''s SQL.';
REVOKE EXECUTE ON FUNCTION howdah.version() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.version() TO howdah_owner, anon, authenticated, service_role;
