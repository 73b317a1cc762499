-- howdah_private.auth_replace_password: a new password takes effect: nothing that was got by the old one stays.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the hash; the user's other sessions end, codes and links that were sent are dead; a first password's e-mail
--           identity, if the address is confirmed; one audit row; a notice to the confirmed address.
CREATE FUNCTION howdah_private.auth_replace_password(
    user_id pg_catalog.uuid,
    session_id pg_catalog.uuid,
    password_hash pg_catalog.text
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email pg_catalog.text;
BEGIN
    PERFORM howdah_private.auth_end_sessions(auth_replace_password.user_id, auth_replace_password.session_id);
    DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = auth_replace_password.user_id;
    UPDATE auth.users AS u
    SET encrypted_password = auth_replace_password.password_hash, updated_at = pg_catalog.now()
    WHERE u.id = auth_replace_password.user_id
    RETURNING CASE WHEN u.email_confirmed_at IS NOT NULL AND NOT u.is_anonymous AND NOT u.is_sso_user
                   THEN NULLIF(u.email, '') END INTO v_email;
    IF v_email IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM auth.identities AS i WHERE i.user_id = auth_replace_password.user_id AND i.provider = 'email'
    ) THEN
        PERFORM howdah_private.auth_verify_identity(auth_replace_password.user_id, v_email);
    END IF;
    PERFORM howdah_private.auth_audit('user_updated_password', auth_replace_password.user_id);
    PERFORM howdah_private.auth_send_mail(
        auth_replace_password.user_id, 'password_changed', v_email, NULL, NULL, NULL, NULL);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_replace_password(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text)
    IS 'A new password takes effect.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_replace_password(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_replace_password(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text)
    TO howdah_owner;
