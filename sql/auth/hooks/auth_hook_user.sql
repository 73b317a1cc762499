-- howdah_private.auth_hook_user: the user that a message is for, as a hook is shown him.
--
-- Where a message is only rehearsed there is none (howdah_private.auth_rehearse): then one is made up. A hook that reads its user would
-- otherwise fail for addresses without an account, and tell which those are.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_hook_user(user_id pg_catalog.uuid, address pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail     CONSTANT pg_catalog.bool := pg_catalog.strpos(auth_hook_user.address, '@') > 0;
    v_provider CONSTANT pg_catalog.text := CASE WHEN v_mail THEN 'email' ELSE 'phone' END;
BEGIN
    RETURN COALESCE(
        howdah_private.auth_user_json(auth_hook_user.user_id),
        pg_catalog.jsonb_build_object(
            'id', COALESCE(auth_hook_user.user_id, pg_catalog.gen_random_uuid()), 'aud', auth.get('jwt_aud'), 'role', auth.get('jwt_default_group_name'),
            'email', CASE WHEN v_mail THEN auth_hook_user.address ELSE '' END,
            'phone', CASE WHEN v_mail THEN '' ELSE auth_hook_user.address END,
            'app_metadata', pg_catalog.jsonb_build_object(
                'provider', v_provider, 'providers', pg_catalog.jsonb_build_array(v_provider)),
            'user_metadata', '{}'::pg_catalog.jsonb, 'identities', '[]'::pg_catalog.jsonb,
            'created_at', pg_catalog.now(), 'updated_at', pg_catalog.now(), 'is_anonymous', false));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_hook_user(pg_catalog.uuid, pg_catalog.text)
    IS 'The user that a message is for, as a hook is shown him.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_hook_user(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_hook_user(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
