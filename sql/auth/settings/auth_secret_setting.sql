-- howdah_private.auth_secret_setting: the value of a setting of accounts that is kept sealed. Only for requests that are sealed at once.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if it is not set, or the key that opens it is not there.
CREATE FUNCTION howdah_private.auth_secret_setting(name pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN NULLIF(howdah_private.secret_open(
        NULLIF(auth.get(auth_secret_setting.name), ''), 'setting:' || auth_secret_setting.name), '');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_secret_setting(pg_catalog.text)
    IS 'The value of a setting of accounts that is kept sealed.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_secret_setting(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_secret_setting(pg_catalog.text) TO howdah_owner;
