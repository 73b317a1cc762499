-- howdah_private.auth_admit_profile: whose account is this? (THREATS E1)
--
-- 1. Whoever has the identity: (issuer, subject).  2. An invitation that is presented.  3. Whoever has the address, if the provider
-- vouches for it.  4. Nobody: a new account.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    users and identities as the four say.
-- Returns   user_id and identity_id, or refusal.
CREATE FUNCTION howdah_private.auth_admit_profile(
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
    v_profile pg_catalog.jsonb := auth_admit_profile.profile || pg_catalog.jsonb_build_object(
        'email', howdah_private.auth_normalize_email(auth_admit_profile.profile ->> 'email'));
    v_done    record;
BEGIN
    v_done := howdah_private.auth_know_identity(auth_admit_profile.provider, v_profile);
    IF v_done.user_id IS NULL AND (v_done.refusal).status IS NULL AND auth_admit_profile.invite_token IS NOT NULL THEN
        v_done := howdah_private.auth_accept_invite(auth_admit_profile.provider, v_profile, auth_admit_profile.invite_token);
    END IF;
    IF v_done.user_id IS NULL AND (v_done.refusal).status IS NULL THEN
        v_done := howdah_private.auth_adopt_account(auth_admit_profile.provider, v_profile);
    END IF;
    IF v_done.user_id IS NULL AND (v_done.refusal).status IS NULL THEN
        v_done := howdah_private.auth_make_account(auth_admit_profile.provider, v_profile);
    END IF;
    user_id := v_done.user_id;
    identity_id := v_done.identity_id;
    refusal := v_done.refusal;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_admit_profile(
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) IS 'Whose account is this?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_admit_profile(
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_admit_profile(
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
