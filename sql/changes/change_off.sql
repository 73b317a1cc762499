-- howdah_private.change_off: howdah.off_change, as far as it is Howdah's own to do.
--
-- Runs as   invoker: howdah.off_change asks as howdah_owner, and says truly who asks.
-- Writes    takes the row of howdah.change_captures out; one howdah.audit row. What is in the outbox is sent all the same.
-- Returns   {"path", "statements"} to be run by who asks: they drop the triggers, if the table is there still; NULL if there is no such
--           capture.
-- Raises    42501 for who is not the owner of the table, nor the role that made the capture.
CREATE FUNCTION howdah_private.change_off(asked pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row   howdah.change_captures;
    v_class record;
BEGIN
    SELECT c.* INTO v_row FROM howdah.change_captures AS c WHERE c.name = change_off.asked ->> 'name' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT c.oid, c.relowner INTO v_class
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE howdah_private.change_table_key(c.oid) = v_row.table_key
       OR (n.nspname, c.relname) = (v_row.table_schema, v_row.table_name)
    ORDER BY howdah_private.change_table_key(c.oid) = v_row.table_key DESC LIMIT 1;
    IF NOT COALESCE(pg_catalog.pg_has_role(change_off.asked ->> 'role', v_class.relowner, 'USAGE'),
                    change_off.asked ->> 'role' = v_row.role
                    OR (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = change_off.asked ->> 'role'))
    THEN
        RAISE EXCEPTION 'must be owner of table %', v_row.table_name USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM howdah.change_captures AS c WHERE c.id = v_row.id;
    PERFORM howdah_private.record_audit('off_change', pg_catalog.jsonb_build_object('name', v_row.name));
    RETURN pg_catalog.jsonb_build_object('path', v_row.path, 'statements', COALESCE(pg_catalog.to_jsonb(
        howdah_private.change_triggers(v_row.id, v_class.oid, '{}')), '[]'));
END
$$;
COMMENT ON FUNCTION howdah_private.change_off(pg_catalog.jsonb) IS 'howdah.off_change, as far as it is Howdah''s own to do.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_off(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_off(pg_catalog.jsonb) TO howdah_owner;
