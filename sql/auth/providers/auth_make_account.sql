-- howdah_private.auth_make_account: a new account for an identity.
--
-- It gets the provider's address only if the provider vouches for it (or mailer_autoconfirm says that nobody needs to, and it is
-- free). Else the account has none: whose address it is would otherwise be told by a mail, which its owner answers for somebody
-- else's account (CVE-2026-9087). A user adds his address by himself, signed in.
--
-- Runs as   invoker: howdah_private.auth_admit_profile is howdah_owner.
-- Returns   identity_id, user_id, or refusal.
CREATE FUNCTION howdah_private.auth_make_account(
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
    v_profile pg_catalog.jsonb := auth_make_account.profile;
    v_email   pg_catalog.text := v_profile ->> 'email';
    v_name    pg_catalog.text := auth_make_account.provider ->> 'name';
    v_made    record;
BEGIN
    refusal := howdah_private.auth_check_provider_signup(auth_make_account.provider, v_profile);
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT (v_profile ->> 'email_verified')::pg_catalog.bool AND (
        NOT auth.get('mailer_autoconfirm')::pg_catalog.bool
        OR EXISTS (SELECT 1 FROM auth.users AS u WHERE u.email = v_email AND u.is_sso_user = false)) THEN
        v_email := NULL;
    END IF;
    v_made := howdah_private.auth_create_user(
        email => v_email, provider => v_name, provider_id => v_profile ->> 'sub',
        identity_data => v_profile -> 'data', user_data => v_profile -> 'data', email_confirmed => v_email IS NOT NULL);
    refusal := v_made.refusal;
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    user_id := v_made.user_id;
    SELECT i.id INTO STRICT identity_id FROM auth.identities AS i
    WHERE i.provider = v_name AND i.provider_id = v_profile ->> 'sub';
    PERFORM howdah_private.auth_audit('user_signedup', user_id, pg_catalog.jsonb_build_object('provider', v_name));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_make_account(
    pg_catalog.jsonb, pg_catalog.jsonb) IS 'A new account for an identity.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_make_account(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_make_account(pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
