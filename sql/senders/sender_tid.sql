-- howdah_private.sender_tid: the key of a record at Bluesky, the same at each attempt: microseconds and ten bits of the id, in
-- its sortable base 32.
--
-- Source    https://atproto.com/specs/tid
CREATE FUNCTION howdah_private.sender_tid(at pg_catalog.timestamptz, id pg_catalog.int8)
RETURNS pg_catalog.text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.string_agg(pg_catalog.substr('234567abcdefghijklmnopqrstuvwxyz', (n.value >> (5 * p.place) & 31)::pg_catalog.int4 + 1, 1), ''
                       ORDER BY p.place DESC)
    FROM (SELECT ((EXTRACT(epoch FROM sender_tid.at) * 1000000)::pg_catalog.int8 << 10) | (sender_tid.id & 1023) AS value) AS n,
         pg_catalog.generate_series(0, 12) AS p (place)
$$;
COMMENT ON FUNCTION howdah_private.sender_tid(pg_catalog.timestamptz, pg_catalog.int8)
    IS 'The key of a record at Bluesky.';
REVOKE EXECUTE ON FUNCTION howdah_private.sender_tid(pg_catalog.timestamptz, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sender_tid(pg_catalog.timestamptz, pg_catalog.int8) TO howdah_owner;
