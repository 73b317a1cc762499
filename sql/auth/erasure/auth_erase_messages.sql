-- howdah_private.auth_erase_messages: delete the outgoing mails and messages to a user, sent or not.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_erase_messages(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.outbox_entries AS o WHERE o.user_id = auth_erase_messages.user_id;
    DELETE FROM howdah.outbox_history AS o WHERE o.user_id = auth_erase_messages.user_id;
    DELETE FROM howdah.delivery_attempts AS d WHERE d.user_id = auth_erase_messages.user_id;
    DELETE FROM howdah.outbox_entries AS o
    USING auth.users AS u
    WHERE u.id = auth_erase_messages.user_id AND o.kind IN ('email', 'sms') AND o.recipient IN (u.email, u.phone);
    WITH gone AS (
        DELETE FROM howdah.outbox_history AS o
        USING auth.users AS u
        WHERE u.id = auth_erase_messages.user_id AND o.kind IN ('email', 'sms') AND o.recipient IN (u.email, u.phone)
        RETURNING o.id
    )
    DELETE FROM howdah.delivery_attempts AS d USING gone AS g WHERE d.outbox_id = g.id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_erase_messages(pg_catalog.uuid)
    IS 'Delete the outgoing mails and messages to a user.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_erase_messages(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_erase_messages(pg_catalog.uuid)
    TO howdah_owner;
