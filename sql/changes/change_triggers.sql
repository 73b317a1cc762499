-- howdah_private.change_triggers: the statements that make, or take away, a capture's triggers: one an event, for a trigger
-- with transition tables is of one event only.
--
-- They are ordinary objects: pg_dump carries them, DROP TABLE takes them along.
CREATE FUNCTION howdah_private.change_triggers(capture pg_catalog.int8, relation pg_catalog.oid, events pg_catalog.text[])
RETURNS pg_catalog.text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.array_agg(s.statement ORDER BY s.n, s.statement)
    FROM (
        SELECT 1, pg_catalog.format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass)
        FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = change_triggers.relation AND NOT t.tgisinternal
          AND t.tgfoid = 'howdah.capture_change()'::pg_catalog.regprocedure
          AND t.tgargs = pg_catalog.convert_to(change_triggers.capture::pg_catalog.text, 'UTF8') || '\x00'
        UNION ALL
        SELECT 2, pg_catalog.format(
            'CREATE TRIGGER howdah_change_%s_%s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION howdah.capture_change(%L)',
            change_triggers.capture, pg_catalog.lower(e.event), e.event, change_triggers.relation::pg_catalog.regclass,
            CASE e.event WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
                         WHEN 'UPDATE' THEN 'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'
                         WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows' ELSE '' END,
            change_triggers.capture)
        FROM pg_catalog.unnest(change_triggers.events) AS e (event)
    ) AS s (n, statement)
$$;
COMMENT ON FUNCTION howdah_private.change_triggers(pg_catalog.int8, pg_catalog.oid, pg_catalog.text[])
    IS 'The statements that make, or take away, a capture''s triggers.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_triggers(pg_catalog.int8, pg_catalog.oid, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_triggers(pg_catalog.int8, pg_catalog.oid, pg_catalog.text[]) TO howdah_owner;
