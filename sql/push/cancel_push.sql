-- howdah.cancel_push: what of a push message has not left yet does not leave.
--
-- Runs as   definer: writes howdah.push_messages.
-- Writes    a topic's further devices are not walked; rows in the outbox fail as cancelled when their turn comes.
-- Returns   false if there is no such message, or it was cancelled or has expired.
CREATE FUNCTION howdah.cancel_push(id pg_catalog.int8)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE howdah.push_messages AS m SET state = 'cancelled', finished_at = pg_catalog.now()
    WHERE m.id = cancel_push.id AND m.state <> 'cancelled' AND m.expires_at > pg_catalog.now();
    RETURN FOUND;
END
$$;
ALTER FUNCTION howdah.cancel_push(pg_catalog.int8) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.cancel_push(pg_catalog.int8)
    IS 'What of a push message has not left yet does not leave.';
REVOKE EXECUTE ON FUNCTION howdah.cancel_push(pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.cancel_push(pg_catalog.int8) TO service_role;
