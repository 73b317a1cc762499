-- Queues: what can be read when, by whom, and what is left of it.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SELECT queue.create('orders', visibility => 30);
SELECT queue.create('orders', visibility => 99);

-- Sent, read, hidden, done with.
SELECT queue.send('orders', '{"n": 1}'), queue.send('orders', '{"n": 2}', headers => '{"trace": "t1"}');
SELECT queue.send_batch('orders', ARRAY['{"n": 3}', '{"n": 4}']::jsonb[], headers => ARRAY[NULL, '{"h": 4}']::jsonb[]);
SELECT msg_id, read_ct, vt - last_read_at BETWEEN '29 s' AND '31 s' AS hidden, message, headers FROM queue.read('orders', qty => 2);
SELECT msg_id, read_ct FROM queue.read('orders', 0, 10);
SELECT msg_id, read_ct FROM queue.read('orders', 60, 10);
SELECT count(*) FROM queue.read('orders', 60, 10);
SELECT msg_id, vt <= clock_timestamp() AS due FROM queue.set_vt('orders', 2, 0);
SELECT msg_id, read_ct FROM queue.read('orders', 60, 10);
SELECT queue.delete('orders', 1), queue.delete('orders', 1), queue.delete('orders', ARRAY[2, 99]::bigint[]);
SELECT queue.archive('orders', 3), queue.archive('orders', 3), queue.archive('orders', ARRAY[4, 99]::bigint[]);
SELECT a.id, a.read_ct, a.dead, a.message, a.headers FROM queue.archived a ORDER BY id;
SELECT queue_name, queue_length, oldest_msg_age_sec, total_messages, queue_visible_length FROM queue.metrics('orders');

-- A rollback sends nothing, and gives back what was read.
BEGIN; SELECT queue.send('orders', '{"n": 5}'); ROLLBACK;
SELECT queue.send('orders', '{"n": 6}');
BEGIN; SELECT msg_id FROM queue.pop('orders'); ROLLBACK;
SELECT msg_id, message FROM queue.pop('orders', 5);
SELECT count(*) FROM queue.pop('orders');

-- Later; by content; by priority.
SELECT queue.send('orders', '{"later": true}', delay => 3600) AS later \gset
SELECT count(*) FROM queue.read('orders');
SELECT count(*) FROM queue.set_vt('orders', :later, 0);
SELECT message FROM queue.pop('orders');
SELECT count(*) FROM queue.send_batch('orders', ARRAY['{"kind": "a", "n": 1}', '{"kind": "b", "n": 2}', '{"kind": "a", "n": 3}', '[1, 2]']::jsonb[]);
SELECT message FROM queue.read('orders', 60, 10, '{"kind": "b"}');
SELECT message FROM queue.read('orders', 60, 10, '[2]');
SELECT message FROM queue.pop('orders', 10);
SELECT queue.purge('orders');
SELECT count(queue.send('orders', jsonb_build_object('p', p), priority => p)) FROM unnest('{0, 9, -9, 0, 9}'::int[]) AS p;
SELECT message FROM queue.pop('orders');
SELECT message FROM queue.pop('orders');
SELECT message FROM queue.pop('orders');
SELECT message FROM queue.pop('orders', 10);

-- Groups: the oldest of each, and nothing of a group that is being worked on.
SELECT queue.send('orders', to_jsonb(n), group_key => g) FROM (VALUES (1, 'x'), (2, 'x'), (3, 'y'), (4, NULL), (5, 'x')) AS v (n, g) ORDER BY n;
SELECT message, headers FROM queue.read('orders', 60, 10);
SELECT count(*) FROM queue.read('orders', 60, 10);
SELECT id AS first FROM queue.messages WHERE message = '1' \gset
SELECT queue.delete('orders', :first);
SELECT message FROM queue.read('orders', 0, 10);
SELECT message FROM queue.read('orders', 60, 10);
SELECT queue.purge('orders');
SELECT count(*) FROM queue.send_batch('orders', ARRAY['1', '2']::jsonb[], ARRAY['{"x-pgmq-group": "g"}', '{"x-pgmq-group": "g"}']::jsonb[]);
SELECT message FROM queue.pop('orders', 2);
SELECT message FROM queue.pop('orders', 2);

-- The same again within the window is the same message.
SELECT queue.send('orders', '1', dedup_key => 'k') AS one \gset
SELECT queue.send('orders', '2', dedup_key => 'k') = :one AS same, queue.send('orders', '3', dedup_key => 'l') = :one AS other;
SELECT count(DISTINCT i) FROM queue.send_batch('orders', ARRAY['4', '5', '6']::jsonb[], dedup_keys => ARRAY['m', 'm', NULL]) AS i;
SELECT message FROM queue.pop('orders', 10);
SELECT queue.send('orders', '7', dedup_key => 'k') = :one AS still;
UPDATE queue.dedup_keys SET expires_at = now();
SELECT queue.send('orders', '8', dedup_key => 'k') = :one AS still;
SELECT queue.purge('orders');

-- Given up after so many reads: to a queue for that, or into the archive.
SELECT queue.create('dead');
SELECT queue.create('risky', visibility => 0, max_reads => 2, dead_letter => 'dead'), queue.create('lost', visibility => 0, max_reads => 1);
SELECT queue.send('risky', '{"poison": 1}', '{"a": 1}'), queue.send('lost', '"gone"');
SELECT read_ct FROM queue.read('risky') UNION ALL SELECT read_ct FROM queue.read('lost');
SELECT read_ct FROM queue.read('risky') UNION ALL SELECT read_ct FROM queue.read('lost');
SELECT queue.send('risky', '{"good": 1}');
SELECT msg_id, read_ct, message FROM queue.read('risky', 30, 5);
SELECT queue.purge('risky');
SELECT count(*) FROM queue.send_batch('lost', '{1, 2, 3}'::jsonb[]);
SELECT count(*) FROM queue.read('lost', qty => 3);
SELECT queue.send('lost', '4');
SELECT message FROM queue.pop('lost', 3);
SELECT msg_id, read_ct, message, headers - 'dead_letter' AS headers, (headers -> 'dead_letter') - 'enqueued_at' AS came FROM queue.read('dead');
SELECT read_ct, dead, message FROM queue.archived WHERE dead;
SELECT queue, length, failed FROM howdah.queue_stats ORDER BY queue;

-- Partitions of its own, by day.
SELECT queue.create('large', partitioned => true, keep => '7 days');
SELECT count(*) FROM queue.send_batch('large', array_fill('{"n": 1}'::jsonb, ARRAY[100]));
SELECT count(*) FROM queue.read('large', 60, 60);
SELECT count(*) FROM queue.read('large', 60, 60);
SELECT count(*) FROM queue.messages_shared m JOIN queue.queues q ON q.id = m.queue WHERE q.name = 'large';
SELECT count(*) FROM queue.delete('large', ARRAY(SELECT generate_series(1, 90)));
SELECT queue_name, is_partitioned, visibility, max_reads, dead_letter FROM queue.list();
SELECT id AS large FROM queue.queues WHERE name = 'large' \gset
SELECT queue.drop('large'), queue.drop('large');
SELECT count(*) FROM pg_class WHERE relname ~ ('^queue_' || :large || '(_|$)');

-- Names are data.
SELECT queue.create('"; DROP TABLE queue.messages; --');
SELECT queue.create(E'a\nb');
SELECT queue.send('"; DROP TABLE queue.messages; --', '1'), queue.drop('"; DROP TABLE queue.messages; --');

-- Out of bounds.
SELECT queue.send('orders', '1', delay => -1);
SELECT queue.send('orders', '1', priority => 10);
SELECT queue.send('orders', '1', dedup_key => repeat('x', 501));
SELECT queue.send_batch('orders', ARRAY['1']::jsonb[], ARRAY[]::jsonb[]);
SELECT queue.read('orders', -1);
SELECT queue.read('orders', 1, 0);
SELECT queue.read_with_poll('orders', max_poll_seconds => 301);
SELECT queue.create('x', max_reads => 0);
SELECT queue.create('x', keep => '1 day');
SELECT queue.create('x', dead_letter => 'dead');
SELECT queue.create('x', max_reads => 1, dead_letter => 'nope');
SELECT queue.send('nope', '1');

-- Who may. The role that is current at the call is asked for, and cannot be told otherwise.
CREATE ROLE clerk; CREATE ROLE clerks; CREATE ROLE boss; GRANT clerks TO clerk;
SET ROLE clerk;
SELECT queue.send('orders', '1');
RESET ROLE;
SELECT queue.grant('orders', 'clerks', 'send'), queue.grant('dead', 'clerk', 'read');
SET ROLE clerk;
SELECT queue.send('orders', '"mine"') > 0 AS sent;
SELECT queue.send('dead', '1');
SELECT queue.read('orders');
SELECT queue.send('orders', '1', caller => 'postgres');
SELECT queue.send('orders', '1', caller => NULL);
SELECT queue.send('orders', '1', caller => howdah_private.caller());
SELECT queue.grant('orders', 'clerk', 'read');
SELECT queue_name FROM queue.list();
SELECT count(*) FROM queue.messages;
SELECT nextval('howdah_archive.queue_1_ids');
-- Nobody is told which queues there are.
SELECT queue.send('nope', '1');
RESET ROLE;
SELECT queue.revoke('orders', 'clerks', 'send');
SET ROLE clerk;
SELECT queue.send('orders', '1');
RESET ROLE;
-- A definer function of somebody calls as him.
GRANT EXECUTE ON FUNCTION queue.create, queue.drop, queue.purge TO boss;
SET ROLE boss;
SELECT queue.create('bosses');
RESET ROLE;
GRANT CREATE ON SCHEMA public TO boss;
SELECT queue.grant('bosses', 'boss', 'send');
SET ROLE boss;
CREATE FUNCTION public.tell(n int) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT queue.send('bosses', to_jsonb(n)) $$;
SELECT queue.drop('orders');
RESET ROLE;
SET ROLE clerk;
SELECT public.tell(5) > 0 AS told;
SELECT queue.send('bosses', '1');
RESET ROLE;
-- No value of the type can be kept or made.
SET ROLE boss;
SELECT 'postgres'::howdah_private.caller;
CREATE TABLE public.trap (c howdah_private.caller);
SELECT * FROM jsonb_to_record('{"c": "postgres"}') AS r (c howdah_private.caller);
RESET ROLE;
GRANT USAGE ON SCHEMA howdah_private TO boss;
SET ROLE boss;
SELECT 'postgres'::howdah_private.caller;
CREATE TABLE public.trap (c howdah_private.caller);
CREATE TABLE public.trap AS SELECT howdah_private.caller() AS c;
CREATE FUNCTION public.catch(howdah_private.caller) RETURNS void LANGUAGE sql AS '';
SELECT * FROM jsonb_to_record('{"c": "postgres"}') AS r (c howdah_private.caller);
SELECT queue.send('orders', '1', caller => ('(postgres)'::text)::howdah_private.caller);
RESET ROLE;
REVOKE USAGE ON SCHEMA howdah_private FROM boss;

-- The floor follows what is done with, and never passes what is there.
SELECT queue.purge('orders'); 
SELECT queue.send('orders', '"stays"', delay => 1) > 0 AS sent;
SELECT count(*) FROM queue.send_batch('orders', array_fill('1'::jsonb, ARRAY[50]));
SELECT count(*) FROM queue.pop('orders', 50);
UPDATE queue.floors SET mark_at = mark_at - interval '2 s';
SELECT count(*) FROM queue.read('orders');
UPDATE queue.floors SET mark_at = mark_at - interval '2 s';
SELECT pg_sleep(1.1);
SELECT message FROM queue.read('orders', 0);
SELECT f.vt > '-infinity' AS raised, f.vt <= (SELECT min(vt) FROM queue.messages m WHERE m.queue = f.queue) AS below
FROM queue.floors f JOIN queue.queues q ON q.id = f.queue WHERE q.name = 'orders';
-- A clock that was set back, a dump from elsewhere, a row changed by hand: found again.
UPDATE queue.floors SET vt = now() + interval '3 hours', mark_at = now() + interval '3 hours';
SELECT message FROM queue.read('orders', 0);
SELECT f.vt FROM queue.floors f JOIN queue.queues q ON q.id = f.queue WHERE q.name = 'orders';
UPDATE queue.messages SET vt = now() - interval '1 day';
UPDATE queue.floors SET vt = now() - interval '1 hour', mark_at = clock_timestamp();
SELECT count(*) FROM queue.read('orders', 0);
DELETE FROM howdah.ticks WHERE name = 'queues';
SELECT 'queues' = ANY (howdah.tick()) AS ticked;
SELECT count(*) FROM queue.read('orders', 0);
SELECT sent_per_minute IS NULL AS one_sample FROM howdah.queue_stats WHERE queue = 'orders';

-- Polling ends when something is there, and when the time is over.
SELECT queue.purge('orders');
SELECT clock_timestamp() AS since \gset
SELECT count(*) FROM queue.read_with_poll('orders', max_poll_seconds => 1, poll_interval_ms => 50);
SELECT clock_timestamp() - :'since'::timestamptz BETWEEN '0.9 s' AND '3 s' AS waited;
SELECT queue.send('orders', '"soon"', delay => 1) > 0 AS sent;
SELECT message FROM queue.read_with_poll('orders', max_poll_seconds => 20, poll_interval_ms => 50);
BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM queue.read_with_poll('orders', max_poll_seconds => 300); COMMIT;

DROP FUNCTION public.tell; REVOKE CREATE ON SCHEMA public FROM boss;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA queue FROM clerk, clerks, boss;
DROP ROLE clerk, clerks, boss;
