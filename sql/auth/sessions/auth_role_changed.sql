-- howdah_private.auth_role_changed: trigger on auth.users: access tokens of before a change of role are refused; the session goes on, and its
-- next refresh gives a token of the new role.
--
-- Runs as   definer: whoever changes a role may not see sessions.
CREATE FUNCTION howdah_private.auth_role_changed()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE auth.sessions AS s SET tokens_from = pg_catalog.clock_timestamp() WHERE s.user_id = NEW.id;
    RETURN NULL;
END
$$;
ALTER FUNCTION howdah_private.auth_role_changed() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.auth_role_changed() IS 'Trigger: refuse access tokens of before a change of role.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_role_changed() FROM PUBLIC;
