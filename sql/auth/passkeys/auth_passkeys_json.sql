-- howdah_private.auth_passkeys_json: a user's passkeys as the dialect lists them, or the one of this id; no key, no credential id.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_passkeys_json(user_id pg_catalog.uuid, passkey_id pg_catalog.uuid DEFAULT NULL)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'id', p.id, 'friendly_name', NULLIF(p.friendly_name, ''), 'created_at', p.created_at,
            'last_used_at', p.last_used_at)) ORDER BY p.created_at, p.id), '[]')
        FROM auth.webauthn_credentials AS p
        WHERE p.user_id = auth_passkeys_json.user_id
          AND (auth_passkeys_json.passkey_id IS NULL OR p.id = auth_passkeys_json.passkey_id));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_passkeys_json(pg_catalog.uuid, pg_catalog.uuid) IS 'A user''s passkeys as the dialect lists them.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_passkeys_json(pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_passkeys_json(pg_catalog.uuid, pg_catalog.uuid) TO howdah_owner;
