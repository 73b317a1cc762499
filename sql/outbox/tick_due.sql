-- howdah_private.tick_due: whether it is time for a regular task, and if so that it has begun.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
-- Writes    howdah.ticks. A clock that was set back does not stop it.
CREATE FUNCTION howdah_private.tick_due(name pg_catalog.text, every interval)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.ticks AS t (name, at) VALUES (tick_due.name, pg_catalog.now())
    ON CONFLICT ON CONSTRAINT ticks_pkey DO UPDATE SET at = excluded.at
    WHERE t.at NOT BETWEEN pg_catalog.now() - tick_due.every AND pg_catalog.now();
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION howdah_private.tick_due(pg_catalog.text, interval)
    IS 'Whether it is time for a regular task.';
REVOKE EXECUTE ON FUNCTION howdah_private.tick_due(pg_catalog.text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.tick_due(pg_catalog.text, interval) TO howdah_owner;
