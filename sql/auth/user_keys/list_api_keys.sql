-- auth.list_api_keys: GET /user/api_keys: one's own, without the keys themselves.
--
-- Runs as   definer: reads auth.api_keys.
-- Returns   200 and an array; what auth_key_caller refuses.
CREATE FUNCTION auth.list_api_keys()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_key_caller() AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply((
        SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_api_key_json(k.id) ORDER BY k.created_at, k.id), '[]')
        FROM auth.api_keys AS k WHERE k.user_id = v_caller.user_id));
END
$$;
ALTER FUNCTION auth.list_api_keys()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_api_keys()
    IS 'GET /user/api_keys: one''s own.';
REVOKE EXECUTE ON FUNCTION auth.list_api_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_api_keys()
    TO anon, authenticated, service_role;
