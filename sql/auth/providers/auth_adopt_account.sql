-- howdah_private.auth_adopt_account: link an identity to the account that has its address, if both sides vouch for it.
--
-- The provider must say that the address is verified, in the document that the address is from. If the account's side has not
-- shown so much, whoever made it is stripped of every way in: the address's owner takes it.
--
-- Runs as   invoker: howdah_private.auth_admit_profile is howdah_owner.
-- Locks     the users row, so that a confirmation or a sign-up at the same time is before or after, not between.
-- Returns   identity_id, user_id, or refusal; all NULL: there is no such account, or nothing vouches for the address.
CREATE FUNCTION howdah_private.auth_adopt_account(
    provider pg_catalog.jsonb,
    profile pg_catalog.jsonb,
    OUT user_id pg_catalog.uuid,
    OUT identity_id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_profile pg_catalog.jsonb := auth_adopt_account.profile;
    v_user    pg_catalog.uuid;
BEGIN
    IF NOT (v_profile ->> 'email_verified')::pg_catalog.bool OR v_profile ->> 'email' IS NULL THEN
        RETURN;
    END IF;
    SELECT u.id INTO v_user FROM auth.users AS u
    WHERE u.email = v_profile ->> 'email' AND u.is_sso_user = false AND u.deleted_at IS NULL
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    refusal := howdah_private.auth_refuse_user(v_user);
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT howdah_private.auth_email_proven(v_user) THEN
        PERFORM howdah_private.auth_strip_squatter(v_user);
    END IF;
    identity_id := howdah_private.auth_add_identity(v_user, auth_adopt_account.provider ->> 'name', v_profile);
    IF identity_id IS NULL THEN
        -- Two sign-ins by one new identity at once.
        refusal := howdah_private.auth_refuse('conflict');
        RETURN;
    END IF;
    user_id := v_user;
    UPDATE auth.users AS u
    SET raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}') || (v_profile -> 'data'),
        email_confirmed_at = COALESCE(u.email_confirmed_at, pg_catalog.now()), updated_at = pg_catalog.now()
    WHERE u.id = v_user;
    PERFORM howdah_private.auth_notify(v_user, 'identity_linked',
        pg_catalog.jsonb_build_object('provider', auth_adopt_account.provider ->> 'name'));
    PERFORM howdah_private.auth_audit('identity_linked', v_user, pg_catalog.jsonb_build_object(
        'provider', auth_adopt_account.provider ->> 'name', 'identity_id', identity_id));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_adopt_account(
    pg_catalog.jsonb, pg_catalog.jsonb) IS 'Link an identity to the account that has its address, if both sides vouch for it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_adopt_account(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_adopt_account(pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
