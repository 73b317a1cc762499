-- howdah.limit_lane: how many messages of a kind are carried at once to one place.
--
-- Runs as   definer: writes howdah.lane_limits.
-- Takes     lane: as howdah.outbox_entries has it (host:port of a webhook, domain of a mail, sender). concurrency: NULL: what holds for
--           all of the kind again (webhook.concurrency, outbox.lane_concurrency).
-- Writes    the row; one howdah.audit row. It holds for what is leased from now on.
-- Raises    22023 for what is no kind or lane, or a number outside 1 to 1024.
CREATE FUNCTION howdah.limit_lane(kind pg_catalog.text, lane pg_catalog.text, concurrency pg_catalog.int4 DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF limit_lane.kind !~ '^[a-z][a-z_]{0,31}$' IS NOT FALSE OR limit_lane.lane !~ '^[!-~]+$' IS NOT FALSE
        OR pg_catalog.length(limit_lane.lane) > 300
        OR limit_lane.concurrency NOT BETWEEN 1 AND 1024 THEN
        RAISE EXCEPTION 'a limit is of a kind and a lane of it, and 1 to 1024' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'SELECT DISTINCT kind, lane FROM howdah.outbox_entries;';
    END IF;
    IF limit_lane.concurrency IS NULL THEN
        DELETE FROM howdah.lane_limits AS l WHERE l.kind = limit_lane.kind AND l.lane = limit_lane.lane;
    ELSE
        INSERT INTO howdah.lane_limits (kind, lane, concurrency)
        VALUES (limit_lane.kind, limit_lane.lane, limit_lane.concurrency)
        ON CONFLICT ON CONSTRAINT lane_limits_pkey DO UPDATE SET concurrency = excluded.concurrency;
    END IF;
    PERFORM howdah_private.record_audit('outbox.limit', pg_catalog.jsonb_build_object(
        'kind', limit_lane.kind, 'lane', limit_lane.lane, 'concurrency', limit_lane.concurrency));
END
$$;
ALTER FUNCTION howdah.limit_lane(pg_catalog.text, pg_catalog.text, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.limit_lane(pg_catalog.text, pg_catalog.text, pg_catalog.int4)
    IS 'How many messages of a kind are carried at once to one place.';
REVOKE EXECUTE ON FUNCTION howdah.limit_lane(pg_catalog.text, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
