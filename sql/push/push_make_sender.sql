-- howdah_private.push_make_sender: the key of Web Push, once a database, so that browsers can subscribe without further ado.
--
-- Runs as   invoker, a superuser, from howdah.install(); after the key file is there.
-- Writes    the sender "webpush", unless there is one of Web Push, or browsers have subscribed with the key of one.
CREATE FUNCTION howdah_private.push_make_sender()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.senders (name, kind, driver, secret)
    SELECT 'webpush', 'push', 'web', howdah_private.secret_seal(howdah_private.push_make_key(), 'sender:webpush')
    WHERE NOT EXISTS (SELECT 1 FROM howdah.senders AS s WHERE s.kind = 'push' AND s.driver = 'web')
      AND NOT EXISTS (SELECT 1 FROM howdah.push_devices AS d WHERE d.platform = 'web');
END
$$;
COMMENT ON FUNCTION howdah_private.push_make_sender() IS 'howdah.install(): the key of Web Push.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_make_sender() FROM PUBLIC;
