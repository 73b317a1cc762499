-- auth.unlink_identity: take an identity from the signed-in user (DELETE /user/identities/{identity_id}).
--
-- Runs as   definer: writes users and identities, which no API role may write.
-- Writes    the identity's end, with its provider's tokens; a notice. With the e-mail identity goes the password, with the phone's the number. An
--           address that no identity has any more gives way to one that a provider vouches for, if there is one.
-- Returns   200 {}; 422 single_identity_not_deletable, identity_not_found, email_conflict_identity_not_deletable; 404
--           validation_failed for what is no UUID, manual_linking_disabled; 401 and 403 of who is not signed in.
-- Races     the user's identities are locked: of two that take the last two, one is refused.
CREATE FUNCTION auth.unlink_identity(identity_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller   howdah_private.auth_caller := howdah_private.auth_linking_caller();
    v_identity auth.identities;
    v_count    pg_catalog.int8;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF NOT howdah_private.auth_is_uuid(unlink_identity.identity_id) THEN
        RETURN howdah_private.auth_refuse_as(404, 'validation_failed', 'identity_id must be an UUID');
    END IF;
    PERFORM 1 FROM auth.users AS u WHERE u.id = v_caller.user_id FOR UPDATE;
    SELECT pg_catalog.count(*) INTO v_count FROM auth.identities AS i WHERE i.user_id = v_caller.user_id;
    IF v_count <= 1 THEN
        RETURN howdah_private.auth_refuse('single_identity_not_deletable');
    END IF;
    DELETE FROM auth.identities AS i
    WHERE i.user_id = v_caller.user_id AND i.id = unlink_identity.identity_id::pg_catalog.uuid
    RETURNING i.* INTO v_identity;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('identity_not_found');
    END IF;
    PERFORM howdah_private.auth_notify(v_caller.user_id, 'identity_unlinked',
        pg_catalog.jsonb_build_object('provider', v_identity.provider));
    UPDATE auth.users AS u
    SET encrypted_password = CASE WHEN v_identity.provider = 'email' THEN NULL ELSE u.encrypted_password END,
        phone = CASE WHEN v_identity.provider = 'phone' THEN NULL ELSE u.phone END,
        phone_confirmed_at = CASE WHEN v_identity.provider = 'phone' THEN NULL ELSE u.phone_confirmed_at END
    WHERE u.id = v_caller.user_id;
    PERFORM howdah_private.auth_follow_identities(v_caller.user_id);
    PERFORM howdah_private.auth_update_providers(v_caller.user_id);
    PERFORM howdah_private.auth_audit('identity_unlinked', v_caller.user_id, pg_catalog.jsonb_build_object(
        'identity_id', v_identity.id, 'provider', v_identity.provider, 'provider_id', v_identity.provider_id));
    RETURN howdah_private.auth_reply('{}');
EXCEPTION
    -- All of it is undone.
    WHEN unique_violation THEN
        RETURN howdah_private.auth_refuse('email_conflict_identity_not_deletable');
END
$$;
ALTER FUNCTION auth.unlink_identity(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.unlink_identity(pg_catalog.text) IS 'Take an identity from the signed-in user.';
REVOKE EXECUTE ON FUNCTION auth.unlink_identity(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.unlink_identity(pg_catalog.text) TO anon, authenticated, service_role;
