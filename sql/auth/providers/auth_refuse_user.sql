-- howdah_private.auth_refuse_user: may this user come in?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   user_not_found, user_banned; status NULL: he may.
CREATE FUNCTION howdah_private.auth_refuse_user(user_id pg_catalog.uuid)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_banned pg_catalog.bool;
BEGIN
    SELECT COALESCE(u.banned_until > pg_catalog.clock_timestamp(), false) INTO v_banned
    FROM auth.users AS u WHERE u.id = auth_refuse_user.user_id AND u.deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('user_not_found');
    END IF;
    IF v_banned THEN
        RETURN howdah_private.auth_refuse('user_banned', 'User is banned');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_user(pg_catalog.uuid) IS 'May this user come in?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_user(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_user(pg_catalog.uuid) TO howdah_owner;
