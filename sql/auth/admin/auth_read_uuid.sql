-- howdah_private.auth_read_uuid: a UUID of a path, NULL for what is none.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_read_uuid(text pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN auth_read_uuid.text ~* '^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'
                THEN auth_read_uuid.text::pg_catalog.uuid END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_uuid(pg_catalog.text) IS 'A UUID, NULL for what is none.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_uuid(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_uuid(pg_catalog.text) TO howdah_owner;
