-- howdah_private.outbox_claim: ids of rows that are due, fairly chosen and locked.
--
-- Fair: of each kind the tenants are walked by the index, from a place drawn by lot, so that neither the many rows of one
-- nor the many tenants stand in the way of others; the first row of each comes before the second of any. A lane that is
-- full or broken is passed over; where its rows would fill the view of a tenant they are put a little later.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Takes     kinds, at most max rows.
-- Writes    due_at of rows in lanes that are full or open.
CREATE FUNCTION howdah_private.outbox_claim(kinds pg_catalog.text[], max pg_catalog.int4)
RETURNS pg_catalog.int8[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_tenants CONSTANT pg_catalog.int4 := 64;
    v_view    CONSTANT pg_catalog.int4 := 4 * LEAST(outbox_claim.max, 256);
    v_lanes   CONSTANT pg_catalog.int4 := howdah.get('outbox.lane_concurrency');
    v_hosts   CONSTANT pg_catalog.int4 := howdah.get('webhook.concurrency');
    v_from    CONSTANT pg_catalog.text := CASE WHEN pg_catalog.random() < 0.5 THEN ''
                                               ELSE pg_catalog.gen_random_uuid()::pg_catalog.text END;
    v_ids     pg_catalog.int8[];
BEGIN
    WITH RECURSIVE pairs (kind, tenant, upto, n) AS (
        -- Twice around: from the place that was drawn to the end, and from the beginning to it.
        SELECT f.kind, f.tenant, b.upto, 1
        FROM pg_catalog.unnest(outbox_claim.kinds) AS k (kind),
             (VALUES (v_from, NULL), ('', v_from)) AS b (start, upto),
             LATERAL (SELECT o.kind, o.tenant FROM howdah.outbox_entries AS o
                      WHERE o.state = 'due' AND o.kind = k.kind AND o.tenant >= b.start
                      ORDER BY o.kind, o.tenant LIMIT 1) AS f
        WHERE b.upto IS NULL OR f.tenant < b.upto
        UNION ALL
        SELECT f.kind, f.tenant, p.upto, p.n + 1
        FROM pairs AS p,
             LATERAL (SELECT o.kind, o.tenant FROM howdah.outbox_entries AS o
                      WHERE o.state = 'due' AND o.kind = p.kind AND o.tenant > p.tenant
                      ORDER BY o.kind, o.tenant LIMIT 1) AS f
        WHERE p.n < c_tenants AND (p.upto IS NULL OR f.tenant < p.upto)
    ), seen AS (
        SELECT q.id, q.kind, q.tenant, q.lane, q.due_at,
               pg_catalog.count(*) OVER (PARTITION BY q.kind, q.tenant) >= v_view AS full_view
        FROM pairs AS p,
             LATERAL (SELECT o.id, o.kind, o.tenant, o.lane, o.due_at FROM howdah.outbox_entries AS o
                      WHERE o.state = 'due' AND o.kind = p.kind AND o.tenant = p.tenant
                        AND o.due_at <= pg_catalog.now()
                      ORDER BY o.due_at, o.id LIMIT v_view) AS q
    ), busy AS (
        SELECT b.kind, b.lane, pg_catalog.count(*) AS n FROM howdah.outbox_entries AS b
        WHERE b.state = 'leased' GROUP BY b.kind, b.lane
    ), placed AS (
        SELECT s.*, l.open_until,
               pg_catalog.row_number() OVER (PARTITION BY s.kind, s.lane ORDER BY s.due_at, s.id)
                   + COALESCE(b.n, 0) AS in_lane,
               CASE WHEN l.failures >= 5 THEN 1
                    ELSE COALESCE(m.concurrency, CASE s.kind WHEN 'webhook' THEN v_hosts ELSE v_lanes END) END AS most
        FROM seen AS s
        LEFT JOIN busy AS b ON b.kind = s.kind AND b.lane = s.lane
        LEFT JOIN howdah.lanes AS l ON l.kind = s.kind AND l.lane = s.lane
        LEFT JOIN howdah.lane_limits AS m ON m.kind = s.kind AND m.lane = s.lane
    ), able AS (
        SELECT p.*, pg_catalog.row_number() OVER (PARTITION BY p.kind, p.tenant ORDER BY p.due_at, p.id) AS turn
        FROM placed AS p
        -- A lane that was broken is tried with one.
        WHERE (p.open_until IS NULL OR p.open_until <= pg_catalog.now())
          AND p.in_lane <= p.most
    ), later AS (
        UPDATE howdah.outbox_entries AS o
        SET due_at = GREATEST(p.open_until, pg_catalog.now()
                              + pg_catalog.make_interval(secs => 1 + 2 * pg_catalog.random()))
        FROM placed AS p
        WHERE p.full_view AND NOT EXISTS (SELECT 1 FROM able AS a WHERE a.id = p.id)
          AND o.id = p.id AND o.state = 'due'
    ), chosen AS (
        SELECT o.id FROM howdah.outbox_entries AS o
        JOIN able AS a ON a.id = o.id
        WHERE o.state = 'due'
        ORDER BY a.turn, a.due_at, a.id LIMIT outbox_claim.max
        FOR UPDATE OF o SKIP LOCKED
    )
    SELECT pg_catalog.array_agg(c.id) INTO v_ids FROM chosen AS c;
    RETURN v_ids;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_claim(pg_catalog.text[], pg_catalog.int4)
    IS 'Ids of rows that are due, fairly chosen and locked.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_claim(pg_catalog.text[], pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_claim(pg_catalog.text[], pg_catalog.int4) TO howdah_owner;
