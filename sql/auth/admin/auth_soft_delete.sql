-- howdah_private.auth_soft_delete: take from a user everything that tells who it was, and every way in; leave the row.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user, his identities; deletes sessions, factors, passkeys and tokens. A second time changes nothing.
CREATE FUNCTION howdah_private.auth_soft_delete(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = auth_soft_delete.user_id AND u.deleted_at IS NOT NULL) THEN
        RETURN;
    END IF;
    PERFORM howdah_private.auth_end_sessions(auth_soft_delete.user_id);
    DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = auth_soft_delete.user_id;
    DELETE FROM auth.mfa_factors AS f WHERE f.user_id = auth_soft_delete.user_id;
    DELETE FROM auth.webauthn_credentials AS c WHERE c.user_id = auth_soft_delete.user_id;
    UPDATE auth.identities AS i
    SET identity_data = '{}', updated_at = pg_catalog.now(),
        provider_id = howdah_private.auth_obscure(i.user_id, i.provider || ':' || i.provider_id)
    WHERE i.user_id = auth_soft_delete.user_id;
    UPDATE auth.users AS u
    SET email = howdah_private.auth_obscure(u.id, NULLIF(u.email, '')),
        phone = pg_catalog.left(howdah_private.auth_obscure(u.id, NULLIF(u.phone, '')), 15),
        email_change = '', phone_change = '', encrypted_password = NULL,
        confirmation_token = '', recovery_token = '', email_change_token_new = '', email_change_token_current = '',
        phone_change_token = '', reauthentication_token = '',
        raw_user_meta_data = '{}', raw_app_meta_data = '{}', deleted_at = pg_catalog.now(), updated_at = pg_catalog.now()
    WHERE u.id = auth_soft_delete.user_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_soft_delete(pg_catalog.uuid)
    IS 'Take from a user everything that tells who it was; leave the row.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_soft_delete(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_soft_delete(pg_catalog.uuid)
    TO howdah_owner;
