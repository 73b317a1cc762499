-- Rules as queries (docs/SECURITY.md). Each list here was reviewed: a line more is a decision, not a detail.

-- Who may execute what, owners and superusers apart.
SELECT coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') COLLATE "C" AS grantee, p.oid::regprocedure::text COLLATE "C" AS function
FROM pg_proc p
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND a.grantee <> p.proowner AND a.privilege_type = 'EXECUTE'
ORDER BY 1, 2;

-- Types likewise.
SELECT t.typname, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') AS grantee
FROM pg_type t CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
WHERE t.typnamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND t.typrelid IN (0, (SELECT oid FROM pg_class WHERE oid = t.typrelid AND relkind = 'c'))
  AND t.typelem = 0 AND a.grantee <> t.typowner
ORDER BY 1, 2;

-- Definer functions: owned by howdah_owner, with the exact path.
SELECT p.oid::regprocedure::text COLLATE "C" AS definer, p.proowner::regrole AS owner, p.proconfig AS settings
FROM pg_proc p
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace) AND p.prosecdef
ORDER BY 1;
SELECT p.oid::regprocedure AS wrong FROM pg_proc p
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace) AND p.prosecdef
  AND (p.proowner <> 'howdah_owner'::regrole OR p.proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}'::text[]);
-- Functions written in SQL or PL/pgSQL have the path too, definer or not.
SELECT p.oid::regprocedure AS without_path FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND l.lanname NOT IN ('c', 'internal') AND p.prokind <> 'a' AND p.proconfig[1] IS DISTINCT FROM 'search_path=pg_catalog, pg_temp';
-- Whose settings are more than the path, and what Postgres itself has made (constructors of ranges): a list that is reviewed.
SELECT p.oid::regprocedure AS with_more_settings, p.proconfig[2:] AS settings FROM pg_proc p
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace) AND cardinality(p.proconfig) > 1
ORDER BY p.oid::regprocedure::text;
SELECT p.oid::regprocedure AS made_by_postgres, p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace) AND l.lanname = 'internal'
ORDER BY p.oid::regprocedure::text;
-- And a comment for \df+.
SELECT p.oid::regprocedure AS uncommented FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND l.lanname <> 'c' AND obj_description(p.oid, 'pg_proc') IS NULL;

-- Tables: owner, policies forced on him too, rights of nobody else.
SELECT c.relname, c.relkind, c.relowner::regrole AS owner, c.relrowsecurity AS rls, c.relforcerowsecurity AS forced,
       array(SELECT format('%s: %s', p.polname, array(SELECT r::regrole FROM unnest(p.polroles) r)) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
FROM pg_class c
WHERE c.relnamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
ORDER BY c.relname;
SELECT c.relname, a.grantee::regrole, a.privilege_type FROM pg_class c
CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
WHERE c.relnamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace)
  AND a.grantee <> c.relowner;
-- No role of a request reaches a relation of ours, through whatever membership.
SELECT r.rolname, c.relname FROM pg_roles r, pg_class c
WHERE c.relnamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace) AND c.relkind IN ('r', 'v', 'S')
  AND r.rolname IN ('anon', 'authenticated', 'service_role', 'howdah_proxy', 'howdah_courier')
  AND (CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE')
            ELSE has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                 OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END);

-- Schemas: nobody but a superuser creates in them.
SELECT n.nspname, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') COLLATE "C" AS grantee, a.privilege_type
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
WHERE n.nspname IN ('howdah', 'howdah_private', 'howdah_archive', 'auth', 'queue', 'jobs') AND a.grantee <> n.nspowner
ORDER BY 1, 2, 3;

-- Partitions of what is kept for a while: howdah_owner's, with row-level security on, no right of anybody else.
SELECT count(*) > 0 AS there, count(*) FILTER (WHERE c.relowner <> 'howdah_owner'::regrole OR NOT c.relrowsecurity
    OR EXISTS (SELECT 1 FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)) AS open
FROM pg_class c WHERE c.relnamespace = 'howdah_archive'::regnamespace AND c.relkind = 'r';

-- Roles.
SELECT rolname, rolcanlogin AS login, rolbypassrls AS bypass, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication AS power,
       (SELECT count(*) FROM pg_auth_members m WHERE r.oid IN (m.roleid, m.member)) AS memberships
FROM pg_roles r
WHERE rolname LIKE 'howdah%' OR rolname IN ('anon', 'authenticated', 'service_role') ORDER BY rolname;
SELECT r.rolname, unnest(s.setconfig) AS setting FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole ORDER BY 1, 2;

-- Natives: what reads the request's private memory is not run by a parallel worker, which has none.
SELECT p.oid::regprocedure::text COLLATE "C" AS native, p.provolatile AS volatile, p.proparallel AS parallel, p.proisstrict AS strict
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace IN ('howdah'::regnamespace, 'howdah_private'::regnamespace, 'auth'::regnamespace, 'queue'::regnamespace, 'jobs'::regnamespace) AND l.lanname = 'c'
ORDER BY 1;

-- Objects that a caller makes in his session, or in a schema of his path, change nothing (CVE-2018-1058 and its kin).
CREATE TEMP TABLE pg_proc (oid oid, proname text);
CREATE TEMP TABLE pg_roles (oid oid, rolname name, rolsuper bool);
CREATE TEMP TABLE keys (kid text, secret bytea);
CREATE TEMP TABLE settings (key text, value text);
CREATE TEMP VIEW pg_class AS SELECT 1 AS oid;
CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE FUNCTION public.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE FUNCTION public.hijack(text, text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.hijack);
CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.hijack);
SET search_path = pg_temp, public, pg_catalog;
\set VERBOSITY terse
SELECT 'x' = 'x'::text AS trap_works;
SELECT howdah.set('rest.max_rows', '5');
SELECT howdah.get('rest.max_rows'), howdah.reset('rest.max_rows');
SELECT howdah.rotate_key() IS NOT NULL AS rotated, howdah.mint_token('anon') IS NOT NULL AS minted, howdah.issue_api_key('publishable') IS NOT NULL AS issued;
SELECT howdah.allow_role('authenticated'), howdah.route('GET', '/h', 'auth.health') IS NOT NULL AS routed, howdah.unroute('GET', '/h');
SELECT status FROM howdah.request('GET', '/auth/v1/health');
SELECT howdah.install();
