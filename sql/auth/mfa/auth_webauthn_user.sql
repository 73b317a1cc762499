-- howdah_private.auth_webauthn_user: a user as an authenticator shows him.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   {"id", "name", "display_name"}.
CREATE FUNCTION howdah_private.auth_webauthn_user(user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
            'id', u.id, 'name', n.name,
            'display_name', pg_catalog.left(COALESCE(
                NULLIF(u.raw_user_meta_data ->> 'full_name', ''), NULLIF(u.raw_user_meta_data ->> 'name', ''), n.name), 64))
        FROM auth.users AS u,
             LATERAL (SELECT COALESCE(NULLIF(u.email, ''), NULLIF(u.phone, ''), u.id::pg_catalog.text) AS name) AS n
        WHERE u.id = auth_webauthn_user.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_webauthn_user(pg_catalog.uuid) IS 'A user as an authenticator shows him.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_webauthn_user(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_webauthn_user(pg_catalog.uuid) TO howdah_owner;
