-- howdah_private.auth_load_user: the user that an admin endpoint's path names.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the user's id, or the refusal: of who is no admin, of what is no UUID, of whom there is not.
CREATE FUNCTION howdah_private.auth_load_user(
    user_id pg_catalog.text,
    OUT id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    refusal := howdah_private.auth_require_admin();
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    id := howdah_private.auth_read_uuid(auth_load_user.user_id);
    IF id IS NULL THEN
        refusal := howdah_private.auth_refuse_as(404, 'validation_failed', 'user_id must be an UUID');
    ELSIF NOT EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = auth_load_user.id) THEN
        id := NULL;
        refusal := howdah_private.auth_refuse_as(404, 'user_not_found', 'User not found');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_load_user(pg_catalog.text)
    IS 'The user that an admin endpoint''s path names, or the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_load_user(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_load_user(pg_catalog.text) TO howdah_owner;
