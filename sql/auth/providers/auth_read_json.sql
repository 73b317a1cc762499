-- howdah_private.auth_read_json: a JSON object that a form sends, NULL if it is none.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_read_json(value pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN howdah_private.oidc_read_document('object', COALESCE(auth_read_json.value, ''), NULL) -> 'ok';
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_json(pg_catalog.text) IS 'A JSON object that a form sends.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_json(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_json(pg_catalog.text) TO howdah_owner;
