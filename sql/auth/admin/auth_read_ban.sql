-- howdah_private.auth_read_ban: until when a ban_duration bans, from now.
--
-- Runs as   invoker.
-- Returns   until: NULL for none, "none" and nothing; or the refusal of what is no duration.
CREATE FUNCTION howdah_private.auth_read_ban(
    duration pg_catalog.text,
    OUT until pg_catalog.timestamptz,
    OUT refusal auth.answer
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_length pg_catalog.interval;
BEGIN
    IF COALESCE(auth_read_ban.duration, '') IN ('', 'none') THEN
        RETURN;
    END IF;
    v_length := howdah_private.auth_parse_duration(auth_read_ban.duration);
    IF v_length IS NULL THEN
        refusal := howdah_private.auth_refuse('validation_failed', pg_catalog.format(
            'invalid format for ban duration: "%s"', pg_catalog.left(auth_read_ban.duration, 40)));
    ELSIF v_length <> '0'::pg_catalog.interval THEN
        until := pg_catalog.clock_timestamp() + v_length;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_ban(pg_catalog.text)
    IS 'Until when a ban_duration bans.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_ban(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_ban(pg_catalog.text)
    TO howdah_owner;
