-- Who may execute the natives. Postgres gives EXECUTE on a new function to everybody: taken back for
-- all of them at once, then granted by name.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA howdah, howdah_private, auth FROM PUBLIC;
REVOKE USAGE ON TYPE howdah.answer FROM PUBLIC;

-- The proxy's door.
GRANT EXECUTE
    ON FUNCTION howdah.serve(pg_catalog.text, pg_catalog.text, pg_catalog.bytea, pg_catalog.bytea,
                             pg_catalog.text, pg_catalog.text) TO howdah_proxy;
GRANT EXECUTE
    ON FUNCTION howdah.serve_frame(pg_catalog.text, pg_catalog.text, pg_catalog.bytea, pg_catalog.bytea,
                                   pg_catalog.text, pg_catalog.text) TO howdah_proxy;

-- Any role may own a table whose policy asks who is asking; the answer is about the caller only.
GRANT EXECUTE ON FUNCTION auth.uid() TO PUBLIC;
GRANT EXECUTE ON FUNCTION auth.role() TO PUBLIC;
GRANT EXECUTE ON FUNCTION auth.email() TO PUBLIC;
GRANT EXECUTE ON FUNCTION auth.jwt() TO PUBLIC;

-- Rows within rows, as the statements of requests have them; the caller gives what it reads. The schema shows names to
-- everybody; each object in it has its own grants.
CREATE AGGREGATE howdah.to_json_rows(record) (
    SFUNC = howdah_private.to_json_rows_add,
    STYPE = internal,
    SSPACE = 4096,
    FINALFUNC = howdah_private.to_json_rows_end,
    PARALLEL = SAFE
);
GRANT EXECUTE ON FUNCTION howdah.to_json_rows(record) TO PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.to_json_row(record) TO PUBLIC;
GRANT USAGE ON SCHEMA howdah TO PUBLIC;

-- Who owns a table makes triggers on it as himself. The function hands on what howdah.on_change was asked for on that very table,
-- and nothing else.
GRANT EXECUTE ON FUNCTION howdah.capture_change() TO PUBLIC;

-- The pre-request function runs as the caller's role, whichever that is; for anybody else it raises.
GRANT EXECUTE ON FUNCTION howdah.enter_role(pg_catalog.text) TO anon, authenticated, service_role;

GRANT EXECUTE ON FUNCTION auth.get(pg_catalog.text) TO howdah_owner;

-- The definer functions call them.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA howdah_private TO howdah_owner;

COMMENT ON TYPE howdah.answer IS 'status; headers as lines "Name: value"; body as sent.';
COMMENT ON FUNCTION howdah.serve(pg_catalog.text, pg_catalog.text, pg_catalog.bytea, pg_catalog.bytea,
                                 pg_catalog.text, pg_catalog.text)
    IS 'One request: method, target (path?query), headers as lines "name: value" with names in lower case, body, client address, request id. '
       'An answer that undoes the transaction is raised: HW000, HW001 (may be tried again), HW002 (wants another isolation level), HW003 (the schema changed under it: may be made anew), HW004 (this session has the library of another version: make it on another).';
COMMENT ON FUNCTION howdah.serve_frame(pg_catalog.text, pg_catalog.text, pg_catalog.bytea, pg_catalog.bytea,
                                       pg_catalog.text, pg_catalog.text)
    IS 'howdah.serve in one value: status (2 bytes), length of the headers (4 bytes), both big-endian, headers, body.';
COMMENT ON FUNCTION howdah.enter_role(pg_catalog.text)
    IS 'In the function that rest.pre_request names: enter another listed role for the rest of the request; 42501 anywhere else.';
COMMENT ON FUNCTION auth.get(pg_catalog.text) IS 'The value of a setting of accounts in force.';
COMMENT ON FUNCTION auth.uid()
    IS 'The caller''s user id (claim sub, if it is a uuid), or null; outside a request, of the setting request.jwt.claims.';
COMMENT ON FUNCTION auth.role() IS 'The role that the caller''s token names, or the anonymous one; null outside a request without claims.';
COMMENT ON FUNCTION auth.email() IS 'The claim email of the caller''s token, or null.';
COMMENT ON FUNCTION auth.jwt() IS 'All claims of the caller''s token, or null.';
COMMENT ON FUNCTION howdah.to_json_row(record)
    IS 'The row as an object, as row_to_json prints it, faster; columns of composite types, and of types with a cast to json, want to_json().';
COMMENT ON AGGREGATE howdah.to_json_rows(record)
    IS 'The rows as an array of objects, as json_agg prints it, faster; [] of no rows.';
COMMENT ON FUNCTION howdah.on_change(
    pg_catalog.regclass, pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.text)
    IS 'Hand on what is written to a table, in its transaction, a message a row: to a url or an endpoint as webhooks, or to a queue. For the table''s owner.';
COMMENT ON FUNCTION howdah.off_change(pg_catalog.text) IS 'End what howdah.on_change began; false if there is none of that name.';
COMMENT ON FUNCTION howdah.capture_change() IS 'Trigger function of howdah.on_change.';
