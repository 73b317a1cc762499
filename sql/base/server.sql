-- CREATE EXTENSION sets this already (schema = pg_catalog in the control file); said here once more for
-- whoever, or whatever tool, reads the script alone.
SET LOCAL search_path = pg_catalog, pg_temp;

-- The server: known holes of old minor releases reach through row-level security (CVE-2024-10976: a
-- plan made for one role used for another; CVE-2024-10978: the wrong role restored).
DO $$
DECLARE
    v_version pg_catalog.int4 := pg_catalog.current_setting('server_version_num')::pg_catalog.int4;
    v_oldest  pg_catalog.int4 := CASE v_version / 10000
        WHEN 14 THEN 140014
        WHEN 15 THEN 150009
        WHEN 16 THEN 160005
        WHEN 17 THEN 170001
        ELSE v_version
    END;
BEGIN
    IF v_version < 140000 THEN
        RAISE EXCEPTION 'howdah needs PostgreSQL 14 or later' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF v_version < v_oldest THEN
        RAISE WARNING 'this minor release of PostgreSQL has known holes in row-level security'
            USING HINT = 'Update the server before opening it to clients.';
    END IF;
END
$$;
