-- howdah_private.auth_mail_kind: which message is meant: the dialect calls them by more than one name.
CREATE FUNCTION howdah_private.auth_mail_kind(name pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE auth_mail_kind.name
        WHEN 'signup' THEN 'confirmation'
        WHEN 'magiclink' THEN 'magic_link'
        WHEN 'email' THEN 'magic_link'
        WHEN 'email_change_current' THEN 'email_change'
        WHEN 'email_change_new' THEN 'email_change'
        WHEN 'reauthenticate' THEN 'reauthentication'
        WHEN 'password_changed' THEN 'password_changed_notification'
        WHEN 'email_changed' THEN 'email_changed_notification'
        WHEN 'phone_changed' THEN 'phone_changed_notification'
        WHEN 'identity_linked' THEN 'identity_linked_notification'
        WHEN 'identity_unlinked' THEN 'identity_unlinked_notification'
        WHEN 'mfa_factor_enrolled' THEN 'mfa_factor_enrolled_notification'
        WHEN 'mfa_factor_unenrolled' THEN 'mfa_factor_unenrolled_notification'
        WHEN 'new_sign_in' THEN 'new_sign_in_notification'
        ELSE auth_mail_kind.name END
$$;
COMMENT ON FUNCTION howdah_private.auth_mail_kind(pg_catalog.text) IS 'Which message is meant.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mail_kind(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mail_kind(pg_catalog.text) TO howdah_owner;
