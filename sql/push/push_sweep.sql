-- howdah_private.push_sweep: forget messages that have expired and devices that were retired, some of them at a time.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
CREATE FUNCTION howdah_private.push_sweep()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before CONSTANT pg_catalog.timestamptz :=
        pg_catalog.now() - pg_catalog.make_interval(days => howdah.get('outbox.keep_days')::pg_catalog.int4);
BEGIN
    DELETE FROM howdah.push_messages AS m
    WHERE m.id = ANY (ARRAY(SELECT o.id FROM howdah.push_messages AS o WHERE o.expires_at < v_before
                            ORDER BY o.expires_at LIMIT 5000));
    DELETE FROM howdah.push_devices AS d
    WHERE d.id = ANY (ARRAY(SELECT o.id FROM howdah.push_devices AS o WHERE o.retired_at < v_before
                            ORDER BY o.retired_at LIMIT 5000));
END
$$;
COMMENT ON FUNCTION howdah_private.push_sweep()
    IS 'Forget messages that have expired and devices that were retired.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_sweep() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_sweep() TO howdah_owner;
