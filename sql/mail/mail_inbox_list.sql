-- howdah_private.mail_inbox_list: mails that were kept instead of sent, newest first.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.mail_inbox_list(
    max pg_catalog.int4,
    "only" pg_catalog.int8 DEFAULT NULL
)
RETURNS TABLE (
    id pg_catalog.int8, received_at pg_catalog.timestamptz, mail pg_catalog.jsonb
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT h.id, h.settled_at, howdah_private.mail_compose(
            (h.id, h.kind, h.tenant, h.recipient, h.lane, h.user_id, h.payload, h.attempts, h.max_attempts,
             h.created_at, h.expires_at, h.cause)::howdah_private.outbox_entry)
        FROM howdah.outbox_history AS h
        WHERE h.kind = 'email' AND h.state = 'delivered' AND h.outcome::pg_catalog.jsonb ->> 'transport' = 'inbox'
          AND (mail_inbox_list."only" IS NULL OR h.id = mail_inbox_list."only")
        ORDER BY h.settled_at DESC, h.id DESC LIMIT mail_inbox_list.max;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_inbox_list(pg_catalog.int4, pg_catalog.int8)
    IS 'Mails that were kept instead of sent, newest first.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_inbox_list(pg_catalog.int4, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_inbox_list(pg_catalog.int4, pg_catalog.int8) TO howdah_owner;
