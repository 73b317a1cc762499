-- howdah_private.auth_merge_metadata: what is kept in a metadata column after a change: its keys, those of the change over them,
-- and none that the change sets to null.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_merge_metadata(kept pg_catalog.jsonb, change pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(pg_catalog.jsonb_object_agg(m.key, m.value), '{}'::pg_catalog.jsonb)
    FROM (SELECT CASE WHEN pg_catalog.jsonb_typeof(auth_merge_metadata.kept) = 'object' THEN auth_merge_metadata.kept
                      ELSE '{}' END AS kept,
                 CASE WHEN pg_catalog.jsonb_typeof(auth_merge_metadata.change) = 'object' THEN auth_merge_metadata.change
                      ELSE '{}' END AS change) AS b,
         pg_catalog.jsonb_each(b.kept || b.change) AS m
    WHERE m.value <> 'null'::pg_catalog.jsonb OR NOT b.change ? m.key
$$;
COMMENT ON FUNCTION howdah_private.auth_merge_metadata(pg_catalog.jsonb, pg_catalog.jsonb)
    IS 'Metadata after a change: keys set to null are gone.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_merge_metadata(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_merge_metadata(pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
