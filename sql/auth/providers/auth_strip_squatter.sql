-- howdah_private.auth_strip_squatter: whoever made an account with somebody else's address loses every way into it (THREATS E1).
--
-- Runs as   invoker: howdah_private.auth_admit_profile is howdah_owner.
-- Writes    password, phone and changes under way: gone; sessions, factors, passkeys, recovery codes, one-time secrets, flows,
--           identities, providers' tokens: gone; metadata of an account that was never confirmed: replaced by the caller.
CREATE FUNCTION howdah_private.auth_strip_squatter(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.auth_end_sessions(auth_strip_squatter.user_id);
    DELETE FROM auth.mfa_factors AS f WHERE f.user_id = auth_strip_squatter.user_id;
    DELETE FROM auth.mfa_recovery_code_sets AS c WHERE c.user_id = auth_strip_squatter.user_id;
    DELETE FROM auth.webauthn_credentials AS c WHERE c.user_id = auth_strip_squatter.user_id;
    DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = auth_strip_squatter.user_id;
    DELETE FROM auth.flow_state AS f
    WHERE f.user_id = auth_strip_squatter.user_id OR f.linking_target_id = auth_strip_squatter.user_id;
    DELETE FROM auth.identities AS i WHERE i.user_id = auth_strip_squatter.user_id;
    UPDATE auth.users AS u
    SET encrypted_password = NULL, phone = NULL, phone_confirmed_at = NULL,
        email_change = '', email_change_sent_at = NULL, email_change_confirm_status = 0,
        phone_change = '', phone_change_sent_at = NULL,
        raw_user_meta_data = CASE WHEN u.email_confirmed_at IS NULL THEN '{}' ELSE u.raw_user_meta_data END,
        confirmation_sent_at = NULL, recovery_sent_at = NULL, reauthentication_sent_at = NULL,
        updated_at = pg_catalog.now()
    WHERE u.id = auth_strip_squatter.user_id;
    PERFORM howdah_private.auth_audit('account_secured', auth_strip_squatter.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_strip_squatter(
    pg_catalog.uuid) IS 'Whoever made an account with somebody else''s address loses every way into it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_strip_squatter(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_strip_squatter(pg_catalog.uuid) TO howdah_owner;
