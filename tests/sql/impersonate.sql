-- A DBA looks at the database as a user sees it.
CREATE TABLE note (id int PRIMARY KEY, owner uuid, text text);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON note USING (owner = auth.uid());
GRANT SELECT ON note TO authenticated;
INSERT INTO note VALUES (1, '11111111-1111-1111-1111-111111111111', 'mine'), (2, '22222222-2222-2222-2222-222222222222', 'theirs');
SELECT count(*) FROM note;
SELECT howdah.impersonate('11111111-1111-1111-1111-111111111111'::uuid);
SELECT current_user, auth.uid(), auth.role(), id, text FROM note;
SELECT howdah.stop_impersonating();
SELECT current_user, auth.uid(), count(*) FROM note;
SELECT howdah.impersonate('{"sub": "22222222-2222-2222-2222-222222222222", "email": "u@example.org", "app_metadata": {"plan": "x"}}'::jsonb);
SELECT current_user, auth.email(), auth.jwt() -> 'app_metadata' ->> 'plan' AS plan, id FROM note;
-- A user cannot become another one, nor the DBA another way than by stopping.
SELECT howdah.impersonate('11111111-1111-1111-1111-111111111111'::uuid);
SELECT howdah.stop_impersonating();
SELECT current_user;
-- anon, by its claims.
SELECT howdah.impersonate('{"role": "anon"}'::jsonb);
SELECT current_user, auth.uid(), auth.role();
SELECT * FROM note;
SELECT howdah.stop_impersonating();
-- Who may execute it but not SET ROLE gains nothing.
CREATE ROLE sql_test_support;
GRANT USAGE ON SCHEMA howdah TO sql_test_support;
GRANT EXECUTE ON FUNCTION howdah.impersonate(uuid), howdah.impersonate(jsonb) TO sql_test_support;
SET SESSION AUTHORIZATION sql_test_support;
SELECT howdah.impersonate('11111111-1111-1111-1111-111111111111'::uuid);
SELECT current_user;
RESET SESSION AUTHORIZATION;
SELECT howdah.impersonate('[]'::jsonb);
REVOKE USAGE ON SCHEMA howdah FROM sql_test_support;
DROP OWNED BY sql_test_support;
DROP ROLE sql_test_support;
