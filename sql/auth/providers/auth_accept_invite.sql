-- howdah_private.auth_accept_invite: accept an invitation by way of a provider.
--
-- Runs as   invoker: howdah_private.auth_admit_profile is howdah_owner.
-- Writes    the invitation's use; strips an account that somebody else may have begun with the address; identity; confirms it: who has
--           the invitation has read the mail.
-- Returns   identity_id, user_id, or refusal: invite_not_found; validation_failed if the provider's address is another.
CREATE FUNCTION howdah_private.auth_accept_invite(
    provider pg_catalog.jsonb,
    profile pg_catalog.jsonb,
    invite_token pg_catalog.text,
    OUT user_id pg_catalog.uuid,
    OUT identity_id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_profile pg_catalog.jsonb := auth_accept_invite.profile;
    v_proof   record;
    v_user    auth.users;
BEGIN
    v_proof := howdah_private.auth_consume_token(
        ARRAY['confirmation_token']::auth.one_time_token_type[], auth_accept_invite.invite_token, ARRAY['invite']);
    SELECT u.* INTO v_user FROM auth.users AS u WHERE u.id = v_proof.user_id AND u.deleted_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('invite_not_found');
        RETURN;
    END IF;
    IF v_user.email IS DISTINCT FROM v_profile ->> 'email' THEN
        refusal := howdah_private.auth_refuse(
            'validation_failed', 'Invited email does not match emails from external provider');
        RETURN;
    END IF;
    IF NOT howdah_private.auth_email_proven(v_user.id) THEN
        PERFORM howdah_private.auth_strip_squatter(v_user.id);
    END IF;
    identity_id := howdah_private.auth_add_identity(v_user.id, auth_accept_invite.provider ->> 'name', v_profile);
    IF identity_id IS NULL THEN
        refusal := howdah_private.auth_refuse('conflict');
        RETURN;
    END IF;
    user_id := v_user.id;
    UPDATE auth.users AS u
    SET raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}') || (v_profile -> 'data'),
        email_confirmed_at = COALESCE(u.email_confirmed_at, pg_catalog.now()), updated_at = pg_catalog.now()
    WHERE u.id = v_user.id;
    PERFORM howdah_private.auth_audit('invite_accepted', user_id, pg_catalog.jsonb_build_object(
        'provider', auth_accept_invite.provider ->> 'name'));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_accept_invite(
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) IS 'Accept an invitation by way of a provider.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_accept_invite(
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_accept_invite(
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
