-- install(): twice is the same as once; only for a superuser; DROP EXTENSION refuses while data is there.
CREATE TEMP TABLE before AS SELECT * FROM howdah.migrations;
CREATE TEMP TABLE keys_before AS SELECT * FROM howdah.keys;
SELECT howdah.install();
SELECT step, version FROM howdah.migrations ORDER BY step;
SELECT count(*) AS differ FROM ((TABLE before EXCEPT TABLE howdah.migrations) UNION ALL (TABLE howdah.migrations EXCEPT TABLE before)) t;
SELECT count(*) AS keys_differ FROM (TABLE keys_before EXCEPT TABLE howdah.keys) t;
SELECT howdah_private.version_check() AS problem;
DROP TABLE before, keys_before;

-- None of the tables is a member of the extension, all functions and schemas are.
SELECT count(*) AS member_tables FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
  AND objid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'S', 'i'));
SELECT count(*) AS strays FROM pg_proc p
WHERE pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e');
-- The count of what depends changes; that it is refused does not.
\set VERBOSITY sqlstate
DROP EXTENSION howdah;
\set VERBOSITY default
SELECT count(*) FROM howdah.roles;

-- Grants that were lost or added are put right.
ALTER TABLE howdah.keys NO FORCE ROW LEVEL SECURITY;
ALTER TABLE howdah.settings OWNER TO dba;
GRANT SELECT ON howdah.keys TO anon, howdah_proxy;
GRANT ALL ON howdah.settings TO PUBLIC;
SELECT howdah.install();
SELECT relname, relowner::regrole, relrowsecurity, relforcerowsecurity,
       (SELECT count(*) FROM aclexplode(relacl) a WHERE a.grantee <> relowner) AS rights_of_others FROM pg_class
WHERE relnamespace = 'howdah'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname;

-- A role without the power, though it may execute the function.
GRANT EXECUTE ON FUNCTION howdah.install() TO authenticated;
SET ROLE authenticated;
SELECT howdah.install();
RESET ROLE;

-- Tables of another version are told apart, with the command to run.
UPDATE howdah.migrations SET step = 99 WHERE step = howdah_private.last_step();
SELECT howdah_private.version_check();
SELECT howdah.install();
DELETE FROM howdah.migrations;
SELECT howdah_private.version_check();
SELECT status, body FROM howdah.request('GET', '/auth/v1/health');
\set VERBOSITY terse
SELECT howdah.install();
\set VERBOSITY default
INSERT INTO howdah.migrations VALUES (1, '0.1.0'), (2, '0.1.0');
SELECT status FROM howdah.request('GET', '/auth/v1/health');

-- A database that has the extension and no tables yet.
SET client_min_messages = error;
DROP EXTENSION howdah CASCADE;
CREATE EXTENSION howdah;
SELECT howdah_private.version_check();
SELECT howdah.proxy_config();
SELECT status, body FROM howdah.request('GET', '/auth/v1/health');
SELECT howdah.install();
SELECT status FROM howdah.request('GET', '/auth/v1/health');
