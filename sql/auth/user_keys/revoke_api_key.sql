-- auth.revoke_api_key: DELETE /user/api_keys/{api_key_id}. It holds for the next request.
--
-- Runs as   definer: deletes from auth.api_keys.
-- Writes    one audit row.
-- Returns   200 {}; 404 api_key_not_found; what auth_key_caller refuses.
CREATE FUNCTION auth.revoke_api_key(api_key_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
    v_id     pg_catalog.uuid := howdah_private.auth_read_uuid(revoke_api_key.api_key_id);
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_key_caller() AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    DELETE FROM auth.api_keys AS k WHERE k.id = v_id AND k.user_id = v_caller.user_id;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('api_key_not_found');
    END IF;
    PERFORM howdah_private.auth_audit('api_key_revoked', v_caller.user_id, pg_catalog.jsonb_build_object('api_key_id', v_id));
    RETURN howdah_private.auth_reply('{}');
END
$$;
ALTER FUNCTION auth.revoke_api_key(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.revoke_api_key(pg_catalog.text)
    IS 'DELETE /user/api_keys/{api_key_id}.';
REVOKE EXECUTE ON FUNCTION auth.revoke_api_key(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.revoke_api_key(pg_catalog.text)
    TO anon, authenticated, service_role;
