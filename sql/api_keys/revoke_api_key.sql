-- howdah.revoke_api_key: refuse an API key, from the next request on.
--
-- Runs as   definer: writes howdah.api_keys.
-- Writes    the revocation and one howdah.audit row.
-- Returns   false if it was revoked already.
-- Raises    42704 if there is no such key.
CREATE FUNCTION howdah.revoke_api_key(id pg_catalog.uuid)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE howdah.api_keys AS a SET revoked_at = pg_catalog.now()
    WHERE a.id = revoke_api_key.id AND a.revoked_at IS NULL;
    IF FOUND THEN
        PERFORM howdah_private.record_audit(
            'revoke_api_key', pg_catalog.jsonb_build_object('id', revoke_api_key.id));
        RETURN true;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM howdah.api_keys AS a WHERE a.id = revoke_api_key.id) THEN
        RAISE EXCEPTION 'there is no API key "%"', revoke_api_key.id
            USING ERRCODE = 'undefined_object';
    END IF;
    RETURN false;
END
$$;
ALTER FUNCTION howdah.revoke_api_key(pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.revoke_api_key(pg_catalog.uuid)
    IS 'Refuse an API key, from the next request on.';
REVOKE EXECUTE ON FUNCTION howdah.revoke_api_key(pg_catalog.uuid) FROM PUBLIC;
