-- howdah_private.auth_account_key: by what the attempts on an account are counted: the user, or what stands for the one who is not there.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the user's id, or one made of the identifier under the server's key: an address that nobody has is counted and slowed down as
--           one that somebody has, and which of them it is nobody can tell from the table without the key.
-- Timing    in PL/pgSQL: Postgres before 18 parses and plans a function in SQL anew at each call.
CREATE FUNCTION howdah_private.auth_account_key(user_id pg_catalog.uuid, identifier pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN COALESCE(
        auth_account_key.user_id,
        pg_catalog.encode(pg_catalog.substr(
            howdah_private.server_hmac('account', COALESCE(auth_account_key.identifier, '')), 1, 16), 'hex')::pg_catalog.uuid);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_account_key(pg_catalog.uuid, pg_catalog.text)
    IS 'By what the attempts on an account are counted.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_account_key(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_account_key(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
