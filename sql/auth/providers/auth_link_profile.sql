-- howdah_private.auth_link_profile: link an identity to the user who asked for it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     flow: whose tokens belong to the identity; NULL: none.
-- Writes    the identity; a notice; a user without an address gets the provider's, if it vouches for it; an anonymous user is one no more.
-- Returns   as howdah_private.auth_refuse_link().
CREATE FUNCTION howdah_private.auth_link_profile(
    provider pg_catalog.text,
    user_id pg_catalog.uuid,
    profile pg_catalog.jsonb,
    flow pg_catalog.uuid
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal  auth.answer;
    v_identity pg_catalog.uuid;
    v_profile  pg_catalog.jsonb := auth_link_profile.profile;
    v_email    pg_catalog.text := howdah_private.auth_normalize_email(v_profile ->> 'email');
BEGIN
    PERFORM 1 FROM auth.users AS u WHERE u.id = auth_link_profile.user_id FOR UPDATE;
    v_refusal := howdah_private.auth_refuse_link(auth_link_profile.provider, auth_link_profile.user_id, v_profile);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_identity := howdah_private.auth_add_identity(auth_link_profile.user_id, auth_link_profile.provider, v_profile);
    IF v_identity IS NULL THEN
        RETURN howdah_private.auth_refuse('identity_already_exists');
    END IF;
    -- To the address that he had, not to one that comes with the identity.
    PERFORM howdah_private.auth_notify(auth_link_profile.user_id, 'identity_linked',
        pg_catalog.jsonb_build_object('provider', auth_link_profile.provider));
    UPDATE auth.users AS u
    SET is_anonymous = false, updated_at = pg_catalog.now(),
        email = CASE WHEN COALESCE(u.email, '') = '' AND (v_profile ->> 'email_verified')::pg_catalog.bool
                     THEN v_email ELSE u.email END,
        email_confirmed_at = CASE WHEN COALESCE(u.email, '') = '' AND (v_profile ->> 'email_verified')::pg_catalog.bool
                     AND v_email IS NOT NULL THEN pg_catalog.now() ELSE u.email_confirmed_at END
    WHERE u.id = auth_link_profile.user_id;
    PERFORM howdah_private.auth_keep_provider_tokens(v_identity, auth_link_profile.flow, v_profile -> 'token');
    PERFORM howdah_private.auth_audit('identity_linked', auth_link_profile.user_id, pg_catalog.jsonb_build_object(
        'provider', auth_link_profile.provider, 'identity_id', v_identity));
    RETURN NULL;
EXCEPTION
    WHEN unique_violation THEN
        RETURN howdah_private.auth_refuse('email_exists');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_link_profile(
    pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.uuid) IS 'Link an identity to the user who asked for it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_link_profile(
    pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_link_profile(
    pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.uuid) TO howdah_owner;
