-- howdah_private.auth_device: what tells a device of an account from others: its network and its user agent, under the server's key.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   a place of auth.attempts. It is there only after a sign-in from that device has succeeded: who makes up user agents gets nowhere.
-- Timing    in PL/pgSQL: Postgres before 18 parses and plans a function in SQL anew at each call.
CREATE FUNCTION howdah_private.auth_device(account pg_catalog.uuid)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN 'device ' || pg_catalog.encode(pg_catalog.substr(howdah_private.server_hmac('device', pg_catalog.concat_ws(
        ' ', auth_device.account, howdah_private.auth_network(howdah_private.client_address()),
        pg_catalog.left(howdah_private.request_header('user-agent'), 512))), 1, 16), 'hex');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_device(pg_catalog.uuid)
    IS 'What tells a device of an account from others.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_device(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_device(pg_catalog.uuid) TO howdah_owner;
