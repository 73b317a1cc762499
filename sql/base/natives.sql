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

-- The pre-request function runs as the caller's role, whichever that is; for anybody else it raises.
GRANT EXECUTE ON FUNCTION howdah.enter_role(pg_catalog.text) TO anon, authenticated, service_role;

-- The definer functions call them.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA howdah_private TO howdah_owner;
