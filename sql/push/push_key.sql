-- howdah.push_key: what a browser subscribes with (GET /push/v1/key).
--
-- Runs as   definer: reads howdah.senders, which no API role may see; gives the public key only.
-- Takes     app: that of the sender, if there are several.
-- Returns   200 {"public_key"}: for applicationServerKey; 404 push_sender_not_found if Web Push is not set up.
CREATE FUNCTION howdah.push_key(app pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key pg_catalog.text;
BEGIN
    SELECT howdah_private.push_public_key(howdah_private.secret_open(s.secret, 'sender:' || s.name)) INTO v_key
    FROM howdah.senders AS s
    WHERE s.kind = 'push' AND s.driver = 'web' AND s.enabled
      AND COALESCE(s.settings ->> 'app', push_key.app, '') = COALESCE(push_key.app, '')
    ORDER BY s.weight DESC, s.name LIMIT 1;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('push_sender_not_found');
    END IF;
    RETURN howdah_private.auth_reply(
        pg_catalog.jsonb_build_object('public_key', v_key), 200, '{"Cache-Control": "public, max-age=300"}');
END
$$;
ALTER FUNCTION howdah.push_key(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.push_key(pg_catalog.text)
    IS 'What a browser subscribes with.';
REVOKE EXECUTE ON FUNCTION howdah.push_key(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.push_key(pg_catalog.text) TO anon, authenticated, service_role;
