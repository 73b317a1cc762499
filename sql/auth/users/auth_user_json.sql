-- howdah_private.auth_user_json: a user as the dialect shows him, identities and factors included.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if there is no such user. Times that never were are left out; email and phone are '' rather than null; the `id` of an
--           identity is the provider's.
CREATE FUNCTION howdah_private.auth_user_json(user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user pg_catalog.jsonb;
BEGIN
    SELECT pg_catalog.jsonb_build_object(
            'id', u.id, 'aud', COALESCE(u.aud, ''), 'role', COALESCE(u.role, ''),
            'email', COALESCE(u.email, ''), 'phone', COALESCE(u.phone, ''),
            'app_metadata', COALESCE(u.raw_app_meta_data, '{}'),
            'user_metadata', COALESCE(u.raw_user_meta_data, '{}'),
            'identities', (
                SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                    'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id,
                    'identity_data', i.identity_data, 'provider', i.provider,
                    'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at,
                    'updated_at', i.updated_at, 'email', i.email)) ORDER BY i.created_at, i.id), '[]')
                FROM auth.identities AS i WHERE i.user_id = u.id),
            'created_at', u.created_at, 'updated_at', u.updated_at,
            'is_anonymous', u.is_anonymous)
        || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'email_confirmed_at', u.email_confirmed_at,
            'phone_confirmed_at', u.phone_confirmed_at,
            'confirmed_at', u.confirmed_at,
            'invited_at', u.invited_at,
            'confirmation_sent_at', u.confirmation_sent_at,
            'recovery_sent_at', u.recovery_sent_at,
            'email_change_sent_at', u.email_change_sent_at,
            'phone_change_sent_at', u.phone_change_sent_at,
            'reauthentication_sent_at', u.reauthentication_sent_at,
            'last_sign_in_at', u.last_sign_in_at,
            'new_email', NULLIF(u.email_change, ''),
            'new_phone', NULLIF(u.phone_change, ''),
            'banned_until', u.banned_until,
            'deleted_at', u.deleted_at,
            'is_sso_user', NULLIF(u.is_sso_user, false),
            'factors', (
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                    'id', f.id, 'created_at', f.created_at, 'updated_at', f.updated_at, 'status', f.status,
                    'friendly_name', NULLIF(f.friendly_name, ''), 'factor_type', f.factor_type, 'phone', f.phone,
                    'last_challenged_at', f.last_challenged_at)) ORDER BY f.created_at, f.id)
                FROM auth.mfa_factors AS f WHERE f.user_id = u.id)))
    INTO v_user
    FROM auth.users AS u
    WHERE u.id = auth_user_json.user_id;
    RETURN v_user;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) IS 'A user as the dialect shows him.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) TO howdah_owner;
