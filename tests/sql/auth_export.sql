-- Export and erasure: the walk along foreign keys, over names, shapes and rules that an app may have.

-- Columns of auth that an export shows: a line more is a decision (howdah_private.auth_is_secret).
SELECT t.name AS table, t.key, n.name AS shown
FROM howdah_private.auth_account_tables() AS t, unnest(t.columns) WITH ORDINALITY AS n (name, place)
ORDER BY t.name, n.place;

-- An app. Ada is 1, Bob is 2.
CREATE SCHEMA "SPECIAL ""@/\#~_-";
CREATE SCHEMA app;
INSERT INTO auth.users (id, aud, role, email)
SELECT format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid, 'authenticated', 'authenticated', e
FROM (VALUES (1, 'ada@example.com'), (2, 'bob@example.com'), (3, 'cy@example.com')) AS v (n, e);
\set ada '''00000000-0000-4000-8000-000000000001'''
\set bob '''00000000-0000-4000-8000-000000000002'''
\set cy '''00000000-0000-4000-8000-000000000003'''

-- One row a user, keyed by him; and one with a key of its own.
CREATE TABLE app.profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text);
CREATE TABLE app.accounts (no int PRIMARY KEY, owner uuid UNIQUE REFERENCES auth.users ON DELETE CASCADE);
-- Names that have to be quoted, a composite key, a self reference.
CREATE TABLE "SPECIAL ""@/\#~_-"."po""st'; DROP TABLE x; --" (
    "us er" uuid NOT NULL REFERENCES app.profiles (id) ON DELETE CASCADE,
    "n%s" int NOT NULL, "pa.rent user" uuid, "p.parent n" int, title text,
    PRIMARY KEY ("us er", "n%s"),
    CONSTRAINT "self $1 ref" FOREIGN KEY ("pa.rent user", "p.parent n")
        REFERENCES "SPECIAL ""@/\#~_-"."po""st'; DROP TABLE x; --" ON DELETE CASCADE);
-- What hangs on a post: its lines are its author's; a comment is its own author's.
CREATE TABLE app.lines (u uuid, n int, line text, FOREIGN KEY (u, n) REFERENCES "SPECIAL ""@/\#~_-"."po""st'; DROP TABLE x; --" ON DELETE CASCADE);
CREATE TABLE app.comments (u uuid, n int, author uuid REFERENCES app.profiles ON DELETE CASCADE, text text,
    FOREIGN KEY (u, n) REFERENCES "SPECIAL ""@/\#~_-"."po""st'; DROP TABLE x; --" ON DELETE CASCADE);
-- A cycle of two tables; a partitioned one; a log that outlives its user.
CREATE TABLE app.a (id int PRIMARY KEY, b int, account int REFERENCES app.accounts ON DELETE CASCADE);
CREATE TABLE app.b (id int PRIMARY KEY, a int REFERENCES app.a ON DELETE CASCADE);
ALTER TABLE app.a ADD FOREIGN KEY (b) REFERENCES app.b ON DELETE CASCADE;
CREATE TABLE app.events (at date NOT NULL, who uuid REFERENCES auth.users ON DELETE CASCADE, id int, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE app.events_2025 PARTITION OF app.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE app.event_notes (at date, id int, note text, FOREIGN KEY (at, id) REFERENCES app.events ON DELETE CASCADE);
CREATE TABLE app.log (id int, actor uuid REFERENCES auth.users ON DELETE SET NULL, what text);
CREATE TABLE app.log_of_default (id int, actor uuid DEFAULT NULL REFERENCES auth.users ON DELETE SET DEFAULT);
-- A message names two users and is both's.
CREATE TABLE app.messages (id int, sender uuid REFERENCES auth.users ON DELETE CASCADE, recipient uuid REFERENCES auth.users ON DELETE CASCADE, text text);
-- Forbids, but its rows go by another way first: it forbids nothing.
CREATE TABLE app.twice (id int, owner uuid REFERENCES auth.users ON DELETE CASCADE, editor uuid REFERENCES auth.users);
CREATE TABLE app.invoices (id int, customer uuid REFERENCES auth.users ON DELETE RESTRICT);

INSERT INTO app.profiles VALUES (:ada, 'Ada'), (:bob, 'Bob');
INSERT INTO app.accounts VALUES (10, :ada), (20, :bob);
INSERT INTO "SPECIAL ""@/\#~_-"."po""st'; DROP TABLE x; --" VALUES
    (:ada, 1, NULL, NULL, 'one'), (:ada, 2, :ada, 1, 'two'), (:bob, 1, :ada, 2, 'a reply'), (:bob, 2, :bob, 1, 'its reply'),
    (:bob, 9, NULL, NULL, 'not concerned');
INSERT INTO app.lines VALUES (:ada, 1, 'x'), (:ada, 1, 'y'), (:bob, 9, 'z');
INSERT INTO app.comments VALUES (:ada, 1, :bob, 'by Bob on Ada''s'), (:bob, 9, :ada, 'by Ada on Bob''s'), (:ada, 2, NULL, 'by nobody');
INSERT INTO app.a VALUES (1, NULL, 10), (2, NULL, NULL), (3, NULL, 20);
INSERT INTO app.b VALUES (1, 1), (2, 2);
UPDATE app.a SET b = 1 WHERE id = 2;
UPDATE app.a SET b = 2 WHERE id = 1;
INSERT INTO app.events VALUES ('2025-05-05', :ada, 1), ('2026-05-05', :ada, 2), ('2026-05-06', :bob, 3);
INSERT INTO app.event_notes VALUES ('2026-05-05', 2, 'of Ada'), ('2026-05-06', 3, 'of Bob');
INSERT INTO app.log VALUES (1, :ada, 'came'), (2, :bob, 'came');
INSERT INTO app.log_of_default VALUES (1, :ada);
INSERT INTO app.messages VALUES (1, :ada, :bob, 'hello'), (2, :bob, :ada, 'hi'), (3, :bob, :cy, 'secret of Bob');
INSERT INTO app.twice VALUES (1, :ada, :ada), (2, :ada, :bob);
INSERT INTO auth.identities (provider_id, user_id, identity_data, provider) VALUES ('ada', :ada, '{"email": "ada@example.com"}', 'github');
INSERT INTO auth.sessions (id, user_id, refresh_token_hmac_key) VALUES ('00000000-0000-4000-8000-0000000000a1', :ada, 'a secret');
INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret)
VALUES ('00000000-0000-4000-8000-0000000000f1', :ada, 'totp', 'verified', now(), now(), 'JBSWY3DPEHPK3PXP');
UPDATE auth.users SET encrypted_password = 'a hash', recovery_token = 'a secret' WHERE id = :ada;
INSERT INTO auth.audit_log_entries (id, payload, created_at, ip_address) VALUES
    (gen_random_uuid(), json_build_object('action', 'login', 'actor_id', :ada, 'actor_username', 'ada@example.com', 'traits', json_build_object('user_email', 'ada@example.com')), now(), '10.1.1.1'),
    (gen_random_uuid(), json_build_object('action', 'user_modified', 'traits', json_build_object('user_id', :ada, 'user_email', 'ada@example.com')), now(), '10.1.1.2'),
    (gen_random_uuid(), json_build_object('action', 'login', 'actor_id', :bob, 'actor_username', 'bob@example.com'), now(), '10.1.1.3');

-- What is Ada's: her own rows, both of the messages that name her, none of Bob's, not his comment on her post.
SELECT relation, data FROM auth.export_app_rows(:ada);
-- Of auth nothing that opens a door.
SELECT relation, data - '{created_at,updated_at,id}'::text[] AS data FROM auth.export_account(:ada) ORDER BY 1, 2;
SELECT auth.export(:ada)::text ~ '(a secret|a hash|JBSWY3)' AS shows_a_secret;
-- In parts: together they are the whole, no row twice.
WITH RECURSIVE parts AS (
    SELECT auth.export(:ada, 0, 3) AS part
    UNION ALL
    SELECT auth.export(:ada, (part ->> 'next')::int8, 3) FROM parts WHERE part ->> 'next' IS NOT NULL)
SELECT count(*) AS parts, max(jsonb_array_length(part -> 'tables')) AS most_tables,
       (SELECT count(*) FROM parts, jsonb_array_elements(part -> 'tables') AS t, jsonb_array_elements(t -> 'rows'))
       = (SELECT count(*) FROM auth.export_rows(:ada)) AS all_rows
FROM parts;
-- Nobody: nothing.
SELECT auth.export('00000000-0000-4000-8000-00000000dead') - 'exported_at';

-- What erasing Ada would do: nothing is done.
SELECT * FROM auth.forget(:ada);
SELECT count(*) FROM auth.users WHERE id = :ada;
-- An invoice forbids it: told beforehand, and refused.
INSERT INTO app.invoices VALUES (7, :ada), (8, :bob);
SELECT * FROM auth.forget_plan(:ada) WHERE action = 'blocked';
SELECT * FROM auth.forget(:ada, false);
SELECT count(*) FROM auth.users WHERE id = :ada;
DELETE FROM app.invoices WHERE customer = :ada;

-- The plan is what happens: rows counted before and after.
CREATE FUNCTION pg_temp.rows(t regclass, OUT n int) LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('SELECT count(*) FROM ONLY %s', t) INTO n; END $$;
CREATE TEMP TABLE counts AS
SELECT c.oid::regclass AS t, pg_temp.rows(c.oid) AS before
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('app', 'SPECIAL "@/\#~_-') AND c.relkind = 'r';
CREATE TEMP TABLE plan AS SELECT * FROM auth.forget(:ada, false);
SELECT t, before - pg_temp.rows(t) AS gone,
       COALESCE((SELECT sum(rows) FROM plan WHERE relation = auth.quote_relation(t) AND action = 'delete'), 0) AS planned
FROM counts ORDER BY t::text COLLATE "C";
SELECT * FROM app.log ORDER BY id;
SELECT * FROM app.twice;
SELECT count(*) FROM auth.users WHERE id = :ada;
-- Nothing tells of her any more; who knows the id can tell that it was she.
SELECT payload - '{at}'::text[] FROM (SELECT payload::jsonb - 'request_id' AS payload FROM auth.audit_log_entries WHERE payload ->> 'action' <> 'user_forgotten') AS a ORDER BY payload::text;
SELECT payload #>> '{traits,subject}' = encode(howdah_private.server_hmac('forgotten', :ada), 'hex') AS provable,
       payload::text LIKE '%000000000001%' AS tells_id
FROM auth.audit_log_entries WHERE payload ->> 'action' = 'user_forgotten';
SELECT * FROM auth.forget(:ada, false);

-- Who may not read a table gets no row of it, and is told so; its rows forbid all the same.
CREATE TABLE app.hidden (who uuid REFERENCES auth.users);
INSERT INTO app.hidden VALUES (:cy);
GRANT USAGE ON SCHEMA app TO service_role;
GRANT SELECT ON app.messages TO service_role;
SET ROLE service_role;
SELECT auth.export(:cy) - 'exported_at' #- '{tables,0}';
SELECT relation, action, rows FROM auth.forget_plan(:cy) WHERE relation IN ('app.hidden', 'app.messages');
SELECT * FROM auth.forget(:cy, false);
RESET ROLE;
SELECT count(*) FROM auth.users WHERE id = :cy;
-- Other roles may neither read nor erase anybody.
SET ROLE authenticated;
SELECT auth.export(:cy);
SELECT * FROM auth.export_account(:cy);
SELECT * FROM auth.forget(:cy);
SELECT * FROM auth.erase_account(:cy, false);
SELECT * FROM auth.export_own_account();
RESET ROLE;
