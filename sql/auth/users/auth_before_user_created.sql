-- howdah_private.auth_before_user_created: ask the hook of that name whether the user may be made.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the hook's refusal, or a row of nulls. The hook sees the user as GoTrue would show it, not yet a row.
CREATE FUNCTION howdah_private.auth_before_user_created(
    user_id pg_catalog.uuid,
    email pg_catalog.text,
    phone pg_catalog.text,
    app_data pg_catalog.jsonb,
    user_data pg_catalog.jsonb,
    is_anonymous pg_catalog.bool
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer pg_catalog.jsonb;
BEGIN
    v_answer := howdah_private.auth_run_hook('before_user_created', pg_catalog.jsonb_build_object(
        'user', pg_catalog.jsonb_build_object(
            'id', auth_before_user_created.user_id,
            'aud', auth.get('jwt_aud'),
            'role', '',
            'email', COALESCE(auth_before_user_created.email, ''),
            'phone', COALESCE(auth_before_user_created.phone, ''),
            'app_metadata', auth_before_user_created.app_data,
            'user_metadata', auth_before_user_created.user_data,
            'identities', pg_catalog.jsonb_build_array(),
            'created_at', '0001-01-01T00:00:00Z',
            'updated_at', '0001-01-01T00:00:00Z',
            'is_anonymous', auth_before_user_created.is_anonymous)));
    RETURN howdah_private.auth_hook_refusal('before_user_created', v_answer);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_before_user_created(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.bool)
    IS 'Ask the hook of that name whether the user may be made.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_before_user_created(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.bool)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_before_user_created(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.bool)
    TO howdah_owner;
