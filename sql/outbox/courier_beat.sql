-- howdah.courier_beat: a courier says that it lives, and takes out what nobody waits for any more.
--
-- Runs as   definer: writes howdah.couriers and howdah.outbox_entries; the courier's role sees no table.
-- Writes    its row; rows of couriers not heard of for a day go, and fetches ten minutes after they began.
CREATE FUNCTION howdah.courier_beat(
    name pg_catalog.text, version pg_catalog.text, carrying pg_catalog.int4
)
RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.couriers AS c (name, version, carrying)
    VALUES (pg_catalog."left"(courier_beat.name, 200), pg_catalog."left"(courier_beat.version, 50),
            courier_beat.carrying)
    ON CONFLICT ON CONSTRAINT couriers_pkey
    DO UPDATE SET version = excluded.version, carrying = excluded.carrying, seen_at = pg_catalog.now();
    DELETE FROM howdah.couriers AS c WHERE c.seen_at < pg_catalog.now() - interval '1 day';
    DELETE FROM howdah.outbox_entries AS o
    WHERE o.id IN (
        SELECT f.id FROM howdah.outbox_entries AS f
        WHERE f.kind = 'fetch' AND f.created_at < pg_catalog.now() - interval '10 minutes'
        ORDER BY f.created_at LIMIT 1000
        FOR UPDATE SKIP LOCKED);
END
$$;
ALTER FUNCTION howdah.courier_beat(pg_catalog.text, pg_catalog.text, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.courier_beat(pg_catalog.text, pg_catalog.text, pg_catalog.int4)
    IS 'For the courier: it lives; what nobody waits for any more is taken out.';
REVOKE EXECUTE ON FUNCTION howdah.courier_beat(pg_catalog.text, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.courier_beat(pg_catalog.text, pg_catalog.text, pg_catalog.int4) TO howdah_courier;
