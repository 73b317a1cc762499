-- howdah_private.auth_is_uuid: is this the text of a UUID? False for NULL.
CREATE FUNCTION howdah_private.auth_is_uuid(value pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(auth_is_uuid.value ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', false)
$$;
COMMENT ON FUNCTION howdah_private.auth_is_uuid(pg_catalog.text) IS 'Is this the text of a UUID?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_is_uuid(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_is_uuid(pg_catalog.text) TO howdah_owner;
