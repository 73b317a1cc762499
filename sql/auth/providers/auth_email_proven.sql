-- howdah_private.auth_email_proven: has the account's owner shown that the e-mail address is his?
--
-- email_confirmed_at alone does not say so: under mailer_autoconfirm, and where a server made the account, it is set with the row.
-- A mail that was answered takes longer, or left its own trace; or a provider has vouched for the address.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_email_proven(user_id pg_catalog.uuid)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN COALESCE((
        SELECT u.email_confirmed_at IS NOT NULL AND (
            u.email_confirmed_at > u.created_at + interval '1 second'
            OR u.invited_at IS NOT NULL OR u.confirmation_sent_at IS NOT NULL
            OR EXISTS (
                SELECT 1 FROM auth.identities AS i
                WHERE i.user_id = u.id AND i.provider NOT IN ('email', 'phone')
                  AND i.email = pg_catalog.lower(u.email)
                  AND i.identity_data ->> 'email_verified' = 'true'))
        FROM auth.users AS u WHERE u.id = auth_email_proven.user_id), false);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_email_proven(
    pg_catalog.uuid) IS 'Has the account''s owner shown that the e-mail address is his?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_email_proven(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_email_proven(pg_catalog.uuid) TO howdah_owner;
