-- howdah_private.webhook_delay: seconds from a failed attempt to the next one, as the setting webhook.schedule has them.
CREATE FUNCTION howdah_private.webhook_delay(attempts pg_catalog.int4)
RETURNS pg_catalog.float8
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.seconds[LEAST(webhook_delay.attempts, pg_catalog.cardinality(s.seconds))]
    FROM (SELECT pg_catalog.regexp_split_to_array(howdah.get('webhook.schedule'), '\s*,\s*')::pg_catalog.float8[]) AS s (seconds)
$$;
COMMENT ON FUNCTION howdah_private.webhook_delay(pg_catalog.int4) IS 'Seconds from a failed attempt to the next one.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_delay(pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_delay(pg_catalog.int4) TO howdah_owner;
