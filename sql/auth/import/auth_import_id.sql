-- howdah_private.auth_import_id: the id of a user who had another kind of id elsewhere: always the same for the same one, so that an import can
-- be repeated and the app's own tables translated.
--
-- Runs as   invoker.
-- Returns   the id itself if it is a UUID; else a UUID (version 8) of its digest.
CREATE FUNCTION howdah_private.auth_import_id(system pg_catalog.text, id pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(
        howdah_private.auth_read_uuid(auth_import_id.id),
        (SELECT (pg_catalog.substr(d.hex, 1, 12) || '8' || pg_catalog.substr(d.hex, 14, 3) || '8' || pg_catalog.substr(d.hex, 18, 15))::pg_catalog.uuid
         FROM (SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
                   auth_import_id.system || ':' || auth_import_id.id, 'UTF8')), 'hex') AS hex) AS d))
$$;
COMMENT ON FUNCTION howdah_private.auth_import_id(pg_catalog.text, pg_catalog.text)
    IS 'The id of a user who had another kind of id elsewhere.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_import_id(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_import_id(pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
