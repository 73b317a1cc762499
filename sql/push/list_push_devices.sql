-- howdah.list_push_devices: the devices of who asks (GET /push/v1/devices).
--
-- Runs as   definer: reads howdah.push_devices, which no API role may see; a user's own.
-- Returns   200 [device]; what auth_caller refuses.
CREATE FUNCTION howdah.list_push_devices()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply(COALESCE((
        SELECT pg_catalog.jsonb_agg(howdah_private.push_device_json(d.id) ORDER BY d.created_at, d.id)
        FROM howdah.push_devices AS d WHERE d.user_id = v_caller.user_id), '[]'));
END
$$;
ALTER FUNCTION howdah.list_push_devices() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.list_push_devices()
    IS 'The devices of who asks.';
REVOKE EXECUTE ON FUNCTION howdah.list_push_devices() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.list_push_devices() TO anon, authenticated, service_role;
