-- howdah_private.auth_forget_attempts: the owner has shown who he is by other means (a code, a link, a provider): the account's failures of
-- before count no more.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_forget_attempts(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM auth.attempts AS a
    WHERE a.account = auth_forget_attempts.user_id AND a.failures > 0
$$;
COMMENT ON FUNCTION howdah_private.auth_forget_attempts(pg_catalog.uuid)
    IS 'The failures of before count no more.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_forget_attempts(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_forget_attempts(pg_catalog.uuid) TO howdah_owner;
