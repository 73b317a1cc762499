-- howdah_private.auth_erase_messages: delete the outgoing mails and messages to a user, sent or not.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_erase_messages(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_addresses pg_catalog.text[];
    v_messages  pg_catalog.int8[];
BEGIN
    SELECT pg_catalog.array_remove(ARRAY[u.email::pg_catalog.text, u.phone], NULL) INTO v_addresses
    FROM auth.users AS u WHERE u.id = auth_erase_messages.user_id;
    DELETE FROM howdah.outbox_entries AS o WHERE o.user_id = auth_erase_messages.user_id;
    DELETE FROM howdah.outbox_entries AS o WHERE o.kind IN ('email', 'sms') AND o.recipient = ANY (v_addresses);
    WITH gone AS (
        DELETE FROM howdah.outbox_history AS o
        WHERE o.kind IN ('email', 'sms') AND o.recipient = ANY (v_addresses)
        RETURNING o.id
    )
    SELECT pg_catalog.array_agg(g.id) INTO v_messages FROM gone AS g;
    DELETE FROM howdah.outbox_history AS o WHERE o.user_id = auth_erase_messages.user_id;
    DELETE FROM howdah.delivery_attempts AS d WHERE d.user_id = auth_erase_messages.user_id;
    DELETE FROM howdah.delivery_attempts AS d WHERE d.outbox_id = ANY (v_messages);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_erase_messages(pg_catalog.uuid)
    IS 'Delete the outgoing mails and messages to a user.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_erase_messages(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_erase_messages(pg_catalog.uuid)
    TO howdah_owner;
