-- howdah_private.queue_heads: the oldest message of each group, where it is due: higher priorities first, then the oldest.
--
-- From group to group by the index: what waits behind them costs nothing.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.queue_heads(
    home pg_catalog.int4, queue pg_catalog.int4, now pg_catalog.timestamptz, conditional pg_catalog.jsonb
)
RETURNS pg_catalog.int8[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH RECURSIVE head AS (
            (SELECT m.group_key, m.id, m.vt, m.priority, m.message FROM queue.messages AS m
             WHERE m.home = queue_heads.home AND m.queue = queue_heads.queue AND m.group_key IS NOT NULL
             ORDER BY m.group_key, m.id LIMIT 1)
            UNION ALL
            SELECT n.* FROM head AS h CROSS JOIN LATERAL (
                SELECT m.group_key, m.id, m.vt, m.priority, m.message FROM queue.messages AS m
                WHERE m.home = queue_heads.home AND m.queue = queue_heads.queue AND m.group_key > h.group_key
                ORDER BY m.group_key, m.id LIMIT 1) AS n
        )
        SELECT h.id FROM head AS h
        WHERE h.vt <= queue_heads.now
          AND (COALESCE(queue_heads.conditional, '{}') = '{}' OR h.message @> queue_heads.conditional)
        ORDER BY h.priority DESC, h.id);
END
$$;
COMMENT ON FUNCTION howdah_private.queue_heads(pg_catalog.int4, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.jsonb)
    IS 'The oldest message of each group, where it is due.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_heads(pg_catalog.int4, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_heads(pg_catalog.int4, pg_catalog.int4, pg_catalog.timestamptz, pg_catalog.jsonb) TO howdah_owner;
