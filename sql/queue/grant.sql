-- queue.grant: let a role send to a queue, or read from it: in SQL, and over /rest/v1/rpc if rest.schemas lists queue.
--
-- Runs as   definer: writes queue.grants, gives EXECUTE on the functions that the right is about: without the row here they
--           do nothing. The queue's owner, service_role and superusers may. caller is not for you to give.
-- Takes     "right": send (send, send_batch) or read (read, read_with_poll, pop, set_vt, archive, delete, metrics).
-- Raises    42501 for others; 42704 if there is no such queue or role; 22023 for another right.
CREATE FUNCTION queue.grant(
    queue_name pg_catalog.text, role pg_catalog.text, "right" pg_catalog.text,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue    howdah_private.queue_opened := howdah_private.queue_open("grant".queue_name, 'own', "grant".caller);
    v_function pg_catalog.regprocedure;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS r WHERE r.rolname = "grant".role) THEN
        RAISE EXCEPTION 'role "%" does not exist', "grant".role USING ERRCODE = 'undefined_object';
    ELSIF COALESCE("grant"."right", '') NOT IN ('send', 'read') THEN
        RAISE EXCEPTION 'a right is send or read' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO queue.grants (queue, role, "right") VALUES (v_queue.id, "grant".role, "grant"."right") ON CONFLICT DO NOTHING;
    FOR v_function IN
        SELECT p.oid::pg_catalog.regprocedure
        FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = 'queue' AND p.proowner = 'howdah_owner'::pg_catalog.regrole
          AND p.proname = ANY (CASE "grant"."right" WHEN 'send' THEN ARRAY['send', 'send_batch']
              ELSE ARRAY['read', 'read_with_poll', 'pop', 'set_vt', 'archive', 'delete', 'metrics'] END)
          AND NOT pg_catalog.has_function_privilege("grant".role, p.oid, 'EXECUTE')
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, "grant".role);
    END LOOP;
END
$$;
ALTER FUNCTION queue.grant(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.grant(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller)
    IS 'Let a role send to a queue, or read from it.';
REVOKE EXECUTE ON FUNCTION queue.grant(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.grant(pg_catalog.text, pg_catalog.text, pg_catalog.text, howdah_private.caller)
    TO service_role;
