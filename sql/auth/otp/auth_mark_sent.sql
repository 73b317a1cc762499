-- howdah_private.auth_mark_sent: when a secret for a place was sent, where apps look for it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the users row: the one …_sent_at of the place; invited_at for an invitation.
CREATE FUNCTION howdah_private.auth_mark_sent(
    user_id pg_catalog.uuid,
    place   auth.one_time_token_type,
    purpose pg_catalog.text
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE auth.users AS u SET
        confirmation_sent_at = CASE WHEN auth_mark_sent.place = 'confirmation_token'
            THEN pg_catalog.now() ELSE u.confirmation_sent_at END,
        invited_at = CASE WHEN auth_mark_sent.purpose = 'invite'
            THEN pg_catalog.now() ELSE u.invited_at END,
        recovery_sent_at = CASE WHEN auth_mark_sent.place = 'recovery_token'
            THEN pg_catalog.now() ELSE u.recovery_sent_at END,
        reauthentication_sent_at = CASE WHEN auth_mark_sent.place = 'reauthentication_token'
            THEN pg_catalog.now() ELSE u.reauthentication_sent_at END,
        email_change_sent_at = CASE WHEN auth_mark_sent.purpose = 'email_change'
            THEN pg_catalog.now() ELSE u.email_change_sent_at END,
        phone_change_sent_at = CASE WHEN auth_mark_sent.place = 'phone_change_token'
            THEN pg_catalog.now() ELSE u.phone_change_sent_at END
    WHERE u.id = auth_mark_sent.user_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mark_sent(pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text)
    IS 'When a secret for a place was sent, where apps look for it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mark_sent(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mark_sent(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text) TO howdah_owner;
