-- howdah_private.push_device_json: a device as its user sees it. The token stays here.
CREATE FUNCTION howdah_private.push_device_json(device_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
            'id', d.id, 'platform', d.platform, 'app', d.app, 'locale', d.locale, 'timezone', d.timezone,
            'quiet_hours', d.quiet_hours, 'created_at', d.created_at, 'seen_at', d.seen_at, 'retired_at', d.retired_at,
            'retired_reason', d.retired_reason,
            'topics', COALESCE((SELECT pg_catalog.jsonb_agg(t.topic ORDER BY t.topic) FROM howdah.push_topic_devices AS t
                                WHERE t.device_id = d.id), '[]'))
        FROM howdah.push_devices AS d WHERE d.id = push_device_json.device_id);
END
$$;
COMMENT ON FUNCTION howdah_private.push_device_json(pg_catalog.uuid)
    IS 'A device as its user sees it.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_device_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_device_json(pg_catalog.uuid) TO howdah_owner;
