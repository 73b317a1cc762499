-- Changes of tables: what is captured, as whom it is read, who may ask for it, what a rename, a partition and a restore leave.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
CREATE ROLE app_owner; CREATE ROLE app_user; CREATE ROLE mallory;
CREATE SCHEMA app AUTHORIZATION app_owner;
GRANT USAGE ON SCHEMA app TO app_user, mallory;
GRANT EXECUTE ON FUNCTION howdah.on_change(regclass, text[], text, text, text[], text, jsonb, text, text), howdah.off_change(text)
    TO app_owner, mallory;
SET ROLE app_owner;
CREATE TABLE app.orders (id int PRIMARY KEY, status text, total numeric, note json, doubled numeric GENERATED ALWAYS AS (total * 2) STORED);
GRANT ALL ON app.orders TO app_user;

-- One message a row, whatever the statement; of all columns; who writes needs no right on any of it.
SELECT howdah.on_change('app.orders', '{INSERT,UPDATE,DELETE}', 'https://shop.example/hooks');
RESET ROLE;
CREATE VIEW sent AS SELECT payload -> 'body' AS body FROM howdah.outbox_entries ORDER BY id;
SET ROLE app_user;
INSERT INTO app.orders VALUES (1, 'new', 9.50, '{"a" : 1}'), (2, 'new', 12345678901234567890.5, NULL);
UPDATE app.orders SET status = 'paid' WHERE id = 1;
UPDATE app.orders SET status = 'none' WHERE false;
DELETE FROM app.orders;
RESET ROLE;
SELECT body FROM sent;
SELECT DISTINCT kind, recipient, lane FROM howdah.outbox_entries;
DELETE FROM howdah.outbox_entries;

-- In its transaction.
BEGIN; INSERT INTO app.orders VALUES (1, 'new', 1); SAVEPOINT a; INSERT INTO app.orders VALUES (2, 'new', 1); ROLLBACK TO a;
SELECT count(*) FROM sent; ROLLBACK;
SELECT count(*) FROM sent;

-- Rows of an UPDATE stay together, also when the key changes; COPY, MERGE's like and upserts too.
INSERT INTO app.orders SELECT n, 'new', n FROM generate_series(1, 1000) n;
DELETE FROM howdah.outbox_entries;
UPDATE app.orders SET id = id + 1000, total = total + 1;
SELECT count(*) AS all, count(*) FILTER (WHERE (body #>> '{record,id}')::int = (body #>> '{old_record,id}')::int + 1000
    AND (body #>> '{record,total}')::numeric = (body #>> '{old_record,total}')::numeric + 1) AS paired FROM sent;
DELETE FROM howdah.outbox_entries;
INSERT INTO app.orders VALUES (1001, 'x', 1), (1, 'y', 1) ON CONFLICT (id) DO UPDATE SET status = 'upserted';
SELECT body ->> 'type' AS type, body #>> '{record,id}' AS id, body #>> '{old_record,status}' AS was FROM sent ORDER BY 1;
DELETE FROM howdah.outbox_entries;
COPY app.orders (id, status) FROM stdin;
5001	copied
\.
SELECT body #> '{record,status}' AS copied FROM sent;
DELETE FROM howdah.outbox_entries; TRUNCATE app.orders;

-- Again under its name: changed, not doubled. Some events, some columns, a condition.
SET ROLE app_owner;
SELECT howdah.on_change('app.orders', '{insert,update,truncate}', 'https://shop.example/hooks',
    'NEW.status = ''paid'' AND OLD.status IS DISTINCT FROM NEW.status -- only then', '{id,status}');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'app.orders'::regclass AND NOT tgisinternal ORDER BY 1;
INSERT INTO app.orders VALUES (1, 'new', 1), (2, 'paid', 1);
UPDATE app.orders SET total = 5;
UPDATE app.orders SET status = 'paid';
UPDATE app.orders SET status = 'paid';
DELETE FROM app.orders;
TRUNCATE app.orders;
RESET ROLE;
SELECT body FROM sent;
DELETE FROM howdah.outbox_entries;

-- Of some columns, only changes of these; json among them.
SET ROLE app_owner;
SELECT howdah.on_change('app.orders', '{UPDATE}', 'https://shop.example/hooks', columns => '{note,status}', name => 'notes');
INSERT INTO app.orders VALUES (1, 'new', 1, '{"a": 1}');
UPDATE app.orders SET total = 7;
UPDATE app.orders SET note = '{"a": 2}';
RESET ROLE;
SELECT body FROM sent WHERE body #> '{record,note}' IS NOT NULL;
DELETE FROM howdah.outbox_entries;

-- Renamed: the table, a column; and a column that goes.
ALTER TABLE app.orders RENAME COLUMN note TO remark; ALTER TABLE app.orders RENAME TO purchases;
UPDATE app.purchases SET remark = '{"a": 3}', status = 'old';
SELECT body FROM sent;
DELETE FROM howdah.outbox_entries;
ALTER TABLE app.purchases DROP COLUMN remark;
UPDATE app.purchases SET status = 'x';
SELECT howdah.off_change('notes'), howdah.off_change('notes');
UPDATE app.purchases SET status = 'y';
ALTER TABLE app.purchases RENAME TO orders;
SELECT count(*) FROM sent;

-- What is no condition, event, column, table, target.
SET ROLE app_owner;
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'NEW.none = 1', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'NEW.id', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'true) OR (true', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'true); DROP TABLE app.orders; SELECT (true', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'true] || ARRAY[true', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'count(*) > 1', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', 'status = ''paid''', name => 'x');
SELECT howdah.on_change('app.orders', '{SELECT}', 'https://a.example/', name => 'x');
SELECT howdah.on_change('app.orders', '{}', 'https://a.example/', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://a.example/', columns => '{id,nothing}', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://127.0.0.1/', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', 'nobody', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', name => 'x');
SELECT howdah.on_change('app.orders', '{INSERT}', queue => 'nobody', name => 'x');
SELECT howdah.on_change('pg_catalog.pg_class', '{INSERT}', 'https://a.example/', name => 'x');
SELECT howdah.on_change('howdah.outbox_entries', '{INSERT}', 'https://a.example/', name => 'x');
SELECT howdah.on_change('sent', '{INSERT}', 'https://a.example/', name => 'x');
SELECT howdah.on_change(NULL, '{INSERT}', 'https://a.example/', name => 'x');
CREATE TABLE app.other (id int);
SELECT howdah.on_change('app.other', '{INSERT}', 'https://a.example/', name => 'app.orders');
SET search_path = pg_temp, public;
SELECT howdah.on_change('app.other', '{INSERT}', 'https://a.example/', 'NEW.id > 1', name => 'x');
RESET search_path;
RESET ROLE;
SELECT name FROM howdah.change_captures ORDER BY name;

-- The owner alone, or a superuser.
SET ROLE mallory;
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://evil.example/', name => 'evil');
SELECT howdah.off_change('app.orders');
SET ROLE app_user;
SELECT howdah.on_change('app.orders', '{INSERT}', 'https://evil.example/', name => 'evil');
SELECT howdah.off_change('app.orders');
RESET ROLE;
CREATE SCHEMA mal AUTHORIZATION mallory;

-- A trigger written by hand sends nothing of another's; nor is the function called otherwise.
SELECT id AS capture FROM howdah.change_captures WHERE name = 'app.orders' \gset
SET ROLE mallory;
CREATE TABLE mal.orders (id int, status text);
SELECT set_config('my.sql', format('CREATE TRIGGER t AFTER INSERT ON mal.orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION howdah.capture_change(%L)', :'capture'), false) \g /dev/null
DO $$ BEGIN EXECUTE current_setting('my.sql'); END $$;
INSERT INTO mal.orders VALUES (1, 'paid');
SELECT howdah.capture_change();
CREATE TRIGGER r AFTER UPDATE ON mal.orders FOR EACH ROW EXECUTE FUNCTION howdah.capture_change('1');
DROP TRIGGER t ON mal.orders;
INSERT INTO mal.orders VALUES (1, 'paid'); UPDATE mal.orders SET id = 2;
RESET ROLE;
SELECT count(*) FROM sent WHERE body ->> 'schema' = 'mal';

-- What is read runs as who asked for it, never as Howdah nor as who writes; with his search path, not the writer's.
SET ROLE mallory;
CREATE FUNCTION mal.who(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'filter as % of %', current_user, $1; RETURN true; END $$;
CREATE TYPE mal.thing AS ENUM ('a');
CREATE FUNCTION mal.thing_json(mal.thing) RETURNS json LANGUAGE plpgsql AS $$
    BEGIN RAISE NOTICE 'cast as %', current_user; RETURN '"cast"'; END $$;
CREATE CAST (mal.thing AS json) WITH FUNCTION mal.thing_json(mal.thing);
CREATE TABLE mal.things (id int, thing mal.thing);
GRANT ALL ON mal.things TO app_user; GRANT USAGE ON SCHEMA mal TO app_user;
SELECT howdah.on_change('mal.things', '{INSERT}', 'https://m.example/', 'mal.who(upper(NEW.thing::text))');
INSERT INTO mal.things VALUES (1, 'a');
SET ROLE app_user;
INSERT INTO mal.things VALUES (2, 'a');
RESET ROLE;
INSERT INTO mal.things VALUES (3, 'a');
CREATE FUNCTION public.upper(text) RETURNS text LANGUAGE sql AS $$ SELECT 'hijacked' $$;
SET search_path = public, pg_catalog;
INSERT INTO mal.things VALUES (4, 'a');
RESET search_path;
DROP FUNCTION public.upper;
-- A filter cannot leave the role.
SET ROLE mallory;
CREATE OR REPLACE FUNCTION mal.who(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('role', 'app_owner', true); RETURN true; END $$;
RESET ROLE;
INSERT INTO mal.things VALUES (5, 'a');
SELECT current_user = session_user AS still;
-- Whose table it is no more, his filter is not read any more.
ALTER TABLE mal.things OWNER TO app_owner;
INSERT INTO mal.things VALUES (6, 'a');
DROP TABLE mal.things;
SELECT howdah.off_change('mal.things');
DELETE FROM howdah.outbox_entries;

-- Partitions: by way of the parent; a row that moves is one change.
SET ROLE app_owner;
CREATE TABLE app.events (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE app.events_2 PARTITION OF app.events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
RESET ROLE;
SELECT howdah.on_change('app.events', '{INSERT,UPDATE,DELETE}', 'https://e.example/');
INSERT INTO app.events VALUES (1, '2026-01-10'), (2, '2026-02-10');
UPDATE app.events SET day = '2026-02-20' WHERE id = 1;
DELETE FROM app.events;
SELECT body -> 'type' AS type, body -> 'table' AS "table", body -> 'record' AS record, body -> 'old_record' AS old FROM sent;
DELETE FROM howdah.outbox_entries;

-- Into a queue, as who asked for it, who must have the right.
SELECT queue.create('changes');
SET ROLE app_owner;
SELECT howdah.on_change('app.other', '{INSERT}', queue => 'changes', columns => '{id}', name => 'queued');
INSERT INTO app.other VALUES (1);
RESET ROLE;
SELECT queue.grant('changes', 'app_owner', 'send');
SET ROLE app_owner;
INSERT INTO app.other VALUES (2);
RESET ROLE;
SELECT howdah.on_change('app.events', '{INSERT}', queue => 'changes', name => 'queued too');
INSERT INTO app.events VALUES (1, '2026-01-10'), (2, '2026-02-10');
SELECT message FROM queue.read('changes', 30, 10) ORDER BY msg_id;
SELECT howdah.off_change('queued'), howdah.off_change('queued too');
DELETE FROM howdah.outbox_entries;

-- To an endpoint, which may be disabled; the names that need quotes.
SELECT howdah.set_webhook_endpoint('ep', 'https://ep.example/') IS NOT NULL AS made;
CREATE TABLE app."Ünï ""T""" ("select" int, "a b" text, "new" int);
SELECT howdah.on_change('app."Ünï ""T"""', '{UPDATE,INSERT}', 'ep', 'NEW."select" > 0', headers => '{"X-A": "b"}', tenant => 't');
INSERT INTO app."Ünï ""T""" VALUES (1, 'x', 2);
SELECT payload - 'id' AS payload, tenant FROM howdah.outbox_entries;
UPDATE howdah.webhook_endpoints SET disabled_at = now();
INSERT INTO app."Ünï ""T""" VALUES (1, 'x', 2);
SELECT count(*) FROM sent;
SELECT name, "table", events, target, filter, columns, role, triggers FROM howdah.changes ORDER BY name;
DROP OWNED BY app_owner, mallory CASCADE;
DROP ROLE app_owner, app_user, mallory;
