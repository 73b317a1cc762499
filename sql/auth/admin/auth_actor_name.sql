-- howdah_private.auth_actor_name: by what address (or role) an audit entry's actor is known now.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_actor_name(payload pg_catalog.jsonb)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN COALESCE(
        NULLIF(auth_actor_name.payload ->> 'actor_username', ''),
        (SELECT COALESCE(NULLIF(u.email, ''), u.phone) FROM auth.users AS u
         WHERE u.id = howdah_private.auth_read_uuid(auth_actor_name.payload ->> 'actor_id')),
        auth_actor_name.payload ->> 'actor_role', '');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_actor_name(pg_catalog.jsonb)
    IS 'By what address (or role) an audit entry''s actor is known now.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_actor_name(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_actor_name(pg_catalog.jsonb)
    TO howdah_owner;
