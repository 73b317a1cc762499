-- howdah.unregister_push_device: no more messages to this device of who asks (DELETE /push/v1/devices/{device_id}).
--
-- Runs as   definer: writes howdah.push_devices, which no API role may see; a user's own.
-- Returns   204; 404 push_device_not_found, also for another's; what auth_caller and the limits refuse.
CREATE FUNCTION howdah.unregister_push_device(device_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.push_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    DELETE FROM howdah.push_devices AS d
    WHERE d.id = howdah_private.auth_uuid(unregister_push_device.device_id) AND d.user_id = v_caller.user_id;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('push_device_not_found');
    END IF;
    RETURN howdah_private.auth_reply(NULL, 204);
END
$$;
ALTER FUNCTION howdah.unregister_push_device(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.unregister_push_device(pg_catalog.text)
    IS 'No more messages to this device of who asks.';
REVOKE EXECUTE ON FUNCTION howdah.unregister_push_device(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.unregister_push_device(pg_catalog.text) TO anon, authenticated, service_role;
