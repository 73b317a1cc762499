-- howdah_private.queue_may: whether a role may do this with a queue: its owner may, whom it was granted, their members,
-- service_role, superusers.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     "right": send, read, or own.
CREATE FUNCTION howdah_private.queue_may(
    queue pg_catalog.int4, owner pg_catalog.text, "right" pg_catalog.text, caller howdah_private.caller
)
RETURNS pg_catalog.bool
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT queue_may.caller IS NOT NULL AND EXISTS (
        SELECT 1 FROM pg_catalog.pg_roles AS r
        WHERE (r.rolname IN (queue_may.owner, 'service_role')
               OR r.rolname IN (SELECT g.role FROM queue.grants AS g
                                WHERE g.queue = queue_may.queue AND g."right" = queue_may."right"))
          AND pg_catalog.pg_has_role(queue_may.caller, r.oid, 'USAGE'))
$$;
COMMENT ON FUNCTION howdah_private.queue_may(pg_catalog.int4, pg_catalog.text, pg_catalog.text, howdah_private.caller)
    IS 'Whether a role may do this with a queue.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_may(pg_catalog.int4, pg_catalog.text, pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_may(pg_catalog.int4, pg_catalog.text, pg_catalog.text, howdah_private.caller) TO howdah_owner;
