-- howdah_private.auth_trigger_failed: what a trigger of the app on auth.users raised, told to the developer; the world
-- learns only that the user could not be saved.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    a WARNING: the server's log, and psql.
-- Returns   500 unexpected_failure, as GoTrue words it.
CREATE FUNCTION howdah_private.auth_trigger_failed(
    sqlstate pg_catalog.text,
    message pg_catalog.text,
    public_message pg_catalog.text DEFAULT 'Database error saving new user'
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE WARNING 'auth: %: % (SQLSTATE %)', auth_trigger_failed.public_message, auth_trigger_failed.message,
        auth_trigger_failed.sqlstate
        USING HINT = 'A trigger or a constraint on auth.users or auth.identities refused the row.';
    RETURN howdah_private.auth_refuse('unexpected_failure', auth_trigger_failed.public_message);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_trigger_failed(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'What a trigger of the app on auth.users raised, told to the developer.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_trigger_failed(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_trigger_failed(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
