-- howdah_private.auth_identities_json: a user's identities as the dialect shows them; [] if there are none. `id` is the provider's.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_identities_json(user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id,
            'identity_data', i.identity_data, 'provider', i.provider,
            'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at,
            'updated_at', i.updated_at, 'email', i.email)) ORDER BY i.created_at, i.id), '[]')
        FROM auth.identities AS i WHERE i.user_id = auth_identities_json.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_identities_json(pg_catalog.uuid) IS 'A user''s identities as the dialect shows them.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_identities_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_identities_json(pg_catalog.uuid) TO howdah_owner;

-- howdah_private.auth_user_json: a user as the dialect shows him, identities and factors included.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if there is no such user. Times that never were are left out; email and phone are '' rather than null.
CREATE FUNCTION howdah_private.auth_user_json(user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user    record;
    v_factors pg_catalog.jsonb;
BEGIN
    SELECT * INTO v_user FROM auth.users AS u WHERE u.id = auth_user_json.user_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'id', f.id, 'created_at', f.created_at, 'updated_at', f.updated_at, 'status', f.status,
        'friendly_name', NULLIF(f.friendly_name, ''), 'factor_type', f.factor_type, 'phone', f.phone,
        'last_challenged_at', f.last_challenged_at)) ORDER BY f.created_at, f.id)
    INTO v_factors
    FROM auth.mfa_factors AS f WHERE f.user_id = auth_user_json.user_id;

    RETURN pg_catalog.jsonb_build_object(
            'id', v_user.id, 'aud', COALESCE(v_user.aud, ''), 'role', COALESCE(v_user.role, ''),
            'email', COALESCE(v_user.email, ''), 'phone', COALESCE(v_user.phone, ''),
            'app_metadata', COALESCE(v_user.raw_app_meta_data, '{}'),
            'user_metadata', COALESCE(v_user.raw_user_meta_data, '{}'),
            'identities', howdah_private.auth_identities_json(v_user.id),
            'created_at', v_user.created_at, 'updated_at', v_user.updated_at,
            'is_anonymous', v_user.is_anonymous)
        || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'email_confirmed_at', v_user.email_confirmed_at,
            'phone_confirmed_at', v_user.phone_confirmed_at,
            'confirmed_at', v_user.confirmed_at,
            'invited_at', v_user.invited_at,
            'confirmation_sent_at', v_user.confirmation_sent_at,
            'recovery_sent_at', v_user.recovery_sent_at,
            'email_change_sent_at', v_user.email_change_sent_at,
            'phone_change_sent_at', v_user.phone_change_sent_at,
            'reauthentication_sent_at', v_user.reauthentication_sent_at,
            'last_sign_in_at', v_user.last_sign_in_at,
            'new_email', NULLIF(v_user.email_change, ''),
            'new_phone', NULLIF(v_user.phone_change, ''),
            'banned_until', v_user.banned_until,
            'deleted_at', v_user.deleted_at,
            'is_sso_user', NULLIF(v_user.is_sso_user, false),
            'factors', v_factors));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) IS 'A user as the dialect shows him.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) TO howdah_owner;
