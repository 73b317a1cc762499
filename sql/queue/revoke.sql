-- queue.revoke: take back what queue.grant gave.
--
-- Runs as   definer: writes queue.grants; EXECUTE stays, and does nothing without the row. The queue's owner, service_role
--           and superusers may. caller is not for you to give: it is who calls.
-- Raises    42501 for others; 42704 if there is no such queue.
CREATE FUNCTION queue.revoke(
    queue_name pg_catalog.text, role pg_catalog.text, "right" pg_catalog.text,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM queue.grants AS g
    WHERE g.queue = (howdah_private.queue_open("revoke".queue_name, 'own', "revoke".caller)).id
      AND g.role = "revoke".role AND g."right" = "revoke"."right";
END
$$;
ALTER FUNCTION queue.revoke(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.revoke(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller)
    IS 'Take back what queue.grant gave.';
REVOKE EXECUTE ON FUNCTION queue.revoke(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.revoke(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller)
    TO service_role;
