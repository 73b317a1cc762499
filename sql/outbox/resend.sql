-- howdah.resend: carry a settled message once more, under the same id.
--
-- Runs as   definer: writes the outbox.
-- Writes    the row goes from the history back to the live ones, its attempts counted anew. Its id stays, and so does
--           whatever is made of it (Message-ID, webhook-id): who got it already can tell.
-- Returns   false if it is not in the history: never sent, live, or older than outbox.keep_days.
CREATE FUNCTION howdah.resend(id pg_catalog.int8)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    WITH back AS (DELETE FROM howdah.outbox_history AS h WHERE h.id = resend.id RETURNING h.*)
    INSERT INTO howdah.outbox_entries
        (id, kind, tenant, recipient, lane, user_id, payload, cause, created_at, expires_at, max_attempts)
    OVERRIDING SYSTEM VALUE
    SELECT b.id, b.kind, b.tenant, b.recipient, b.lane, b.user_id, b.payload, b.cause, b.created_at,
           -- What had a while to be of use has it again.
           pg_catalog.now() + (b.expires_at - b.created_at), b.max_attempts
    FROM back AS b;
    RETURN FOUND;
END
$$;
ALTER FUNCTION howdah.resend(pg_catalog.int8) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.resend(pg_catalog.int8)
    IS 'Carry a settled message once more, under the same id.';
REVOKE EXECUTE ON FUNCTION howdah.resend(pg_catalog.int8) FROM PUBLIC;
