-- howdah_private.auth_uuid: a text as a uuid, NULL if it is none.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_uuid(text pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN auth_uuid.text ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
                THEN auth_uuid.text::pg_catalog.uuid END
$$;
COMMENT ON FUNCTION howdah_private.auth_uuid(pg_catalog.text) IS 'A text as a uuid, NULL if it is none.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_uuid(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_uuid(pg_catalog.text) TO howdah_owner;
