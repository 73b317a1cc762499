-- howdah.rotate_api_key: a new API key in the place of an old one, which is refused from the next
-- request on. For a change without a gap, issue the new one first and revoke the old one later.
--
-- Runs as   definer: writes howdah.api_keys.
-- Writes    the revocation, the new row and their howdah.audit rows.
-- Returns   the new key, of the same kind, role and name; it is shown only here.
-- Raises    42704 if there is no such key or it is revoked.
CREATE FUNCTION howdah.rotate_api_key(id pg_catalog.uuid)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_old record;
BEGIN
    IF NOT howdah.revoke_api_key(rotate_api_key.id) THEN
        RAISE EXCEPTION 'the API key is revoked' USING ERRCODE = 'undefined_object';
    END IF;
    SELECT a.kind, a.role, a.name INTO v_old
    FROM howdah.api_keys AS a WHERE a.id = rotate_api_key.id;
    RETURN howdah.issue_api_key(v_old.kind, v_old.role, v_old.name);
END
$$;
ALTER FUNCTION howdah.rotate_api_key(pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.rotate_api_key(pg_catalog.uuid)
    IS 'A new API key in the place of an old one.';
REVOKE EXECUTE ON FUNCTION howdah.rotate_api_key(pg_catalog.uuid) FROM PUBLIC;
