-- Jobs and schedules: as whom they run, what is left of them, when a slot is.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE ROLE app; CREATE ROLE other; CREATE SCHEMA w AUTHORIZATION app;
ALTER ROLE app SET work_mem = '9MB';
GRANT EXECUTE ON FUNCTION jobs.enqueue, jobs.schedule, jobs.unschedule, jobs.cancel, jobs.retry, jobs.list TO app, other;
SET ROLE app;
CREATE TABLE w.done (n int, who text DEFAULT current_user, memory text DEFAULT current_setting('work_mem'));
CREATE TABLE w.later (n int);
CREATE FUNCTION w.add(a int, b int DEFAULT 10, VARIADIC c int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'INSERT INTO w.done (n) VALUES (a + b + cardinality(c)); SELECT a + b';
CREATE FUNCTION w.many(n int) RETURNS SETOF int LANGUAGE sql AS 'SELECT generate_series(1, n)';
CREATE FUNCTION w.nothing() RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION w.fails() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO w.done (n) VALUES (-1); RAISE 'no luck'; END $$;
CREATE FUNCTION w.own_state() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'mine' USING ERRCODE = 'SHOP1', DETAIL = 'd', HINT = 'h'; END $$;
CREATE FUNCTION w.slow() RETURNS void LANGUAGE sql AS 'SELECT pg_sleep(20)';
CREATE PROCEDURE w.proc(x text, y jsonb, z int[]) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO w.done (n) VALUES (cardinality(z)); PERFORM jobs.log('proc says ' || x); END $$;
CREATE FUNCTION w.escape(how text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE how;
    RETURN current_user;
EXCEPTION WHEN OTHERS THEN RETURN current_user || ': ' || SQLERRM;
END $$;
CREATE FUNCTION w.deferred() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO w.done (n) VALUES (500); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON w.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION w.deferred();

-- Enqueued, by names, in order, with defaults; refused at once where it could not work.
SELECT jobs.enqueue('w.add', '[1]'), jobs.enqueue('w.add', '[1, 2, [7, 8]]'), jobs.enqueue('w.many(int)', '{"n": 3}'), jobs.enqueue('w.nothing'),
       jobs.enqueue('w.proc', '{"x": "it''s", "y": {"k": [1]}, "z": [1, 2, 3]}'), jobs.enqueue('w.fails', max_attempts => 2);
SELECT jobs.enqueue('w.none');
SELECT jobs.enqueue('nothing');
SELECT jobs.enqueue('w.add', '{"q": 1}');
SELECT jobs.enqueue('w.add', '[1, 2, [3], 4]');
SELECT jobs.enqueue('pg_catalog.pg_reload_conf');
SELECT jobs.enqueue('w.nothing', run_as => 'other');
SELECT jobs.enqueue('w.nothing', max_attempts => 0);
SELECT jobs.enqueue('w.nothing', caller => 'postgres');
SELECT jobs.enqueue('w.nothing', caller => NULL);
SELECT jobs.enqueue('w.nothing', run_at => now() + interval '1 hour', unique_key => 'k') = jobs.enqueue('w.nothing', unique_key => 'k') AS same;
RESET ROLE;
SELECT jobs.enqueue('w.nothing');
SELECT jobs.enqueue('w.nothing', run_as => 'howdah_owner');
SELECT jobs.enqueue('w.nothing', run_as => 'app') > 0 AS as_app;
SELECT count(howdah.run_due_job()) FROM generate_series(1, 8);
SELECT work, owner, state, attempt, error, sqlstate, result FROM howdah.job_runs ORDER BY job_id, attempt, state;
SELECT * FROM w.done;

-- Nothing in it leaves the role; its deferred triggers run as it; it sees none of our tables.
SET ROLE app;
SELECT count(jobs.enqueue('w.escape', jsonb_build_object('how', h))) FROM unnest(ARRAY[
    'RESET ROLE', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION DEFAULT', 'SELECT set_config(''role'', ''howdah_owner'', false)',
    'SELECT count(*) FROM jobs.jobs', 'SELECT howdah_private.run_as(''postgres'', ''SELECT 1'', 1, true)', 'SELECT howdah.claim_job(10)',
    'SELECT pg_read_file(''/etc/hostname'')']) AS h;
SELECT jobs.schedule('later', '* * * * *', 'INSERT INTO w.later VALUES (1); CREATE TABLE w.made (n int); INSERT INTO w.made VALUES (2)') > 0 AS scheduled;
RESET ROLE;
SELECT count(howdah.run_due_job()) FROM generate_series(1, 8);
SELECT result FROM howdah.job_runs WHERE work LIKE 'w.escape%' ORDER BY job_id;
SELECT current_user, current_setting('search_path');
UPDATE jobs.schedules SET next_slot = now() - interval '1 s' WHERE name = 'later';
SELECT 'schedules' = ANY (howdah.tick()) AS ticked;
SELECT howdah.run_due_job() IS NOT NULL AS ran;
SELECT n, who FROM w.done WHERE n = 500;
SELECT n, pg_get_userbyid(relowner) FROM w.made, pg_class WHERE relname = 'made';

-- The courier's statements: leases are fenced, time is short, a cancelled one does not run.
SET ROLE app;
SELECT jobs.enqueue('w.slow', timeout_s => 1, max_attempts => 1) AS slow, jobs.enqueue('w.nothing', max_attempts => 1) AS quick \gset
RESET ROLE;
SET ROLE howdah_courier;
SELECT count(*) FROM jobs.jobs;
SELECT id = :slow AS slow_first, lease AS lease FROM howdah.claim_job(10) \gset
\echo :slow_first
SELECT howdah.run_job(:slow, gen_random_uuid());
SELECT howdah.run_job(:slow, :'lease');
SELECT howdah.fail_job(:slow, gen_random_uuid(), '57014', 'canceling statement due to statement timeout', '{}');
SELECT howdah.fail_job(:slow, :'lease', '57014', 'canceling statement due to statement timeout', '{"NOTICE: before"}');
SELECT howdah.fail_job(:slow, :'lease', '57014', 'again', '{}');
SELECT lease AS lease FROM howdah.claim_job(10) \gset
RESET ROLE;
SELECT jobs.cancel(:quick);
SET ROLE howdah_courier;
SELECT * FROM howdah.cancelled_jobs() AS c WHERE c = :quick;
SELECT howdah.run_job(:quick, :'lease');
RESET ROLE;
SELECT work, state, attempt, error, logs FROM howdah.job_runs WHERE job_id IN (:slow, :quick) ORDER BY job_id;

-- A SQLSTATE of the job's own is kept; so is Postgres's, also of an error within one that was caught.
SET ROLE app;
SELECT jobs.enqueue('w.own_state', max_attempts => 1) AS own \gset
RESET ROLE;
SELECT lease AS lease FROM howdah.claim_job(10) \gset
SELECT howdah.run_job(:own, :'lease');
\echo :LAST_ERROR_SQLSTATE
SELECT howdah.fail_job(:own, :'lease', 'SHOP1', 'mine', NULL);
DO $$ BEGIN PERFORM howdah_private.run_as('app', 'SELECT w.own_state()', 1000, false);
EXCEPTION WHEN SQLSTATE 'SHOP1' THEN RAISE NOTICE '% %', SQLSTATE, SQLERRM; END $$;
SELECT howdah_private.run_as('app', 'DO $x$ BEGIN PERFORM w.own_state(); EXCEPTION WHEN OTHERS THEN PERFORM 1 / 0; END $x$', 1000, false);
\echo :LAST_ERROR_SQLSTATE
SELECT howdah_private.run_as('app', 'SELECT ''two''', 1000, true), howdah_private.run_as('app', 'SELECT 1; SELECT 2, 3', 1000, false);
SELECT howdah_private.run_as('app', 'SELECT pg_sleep(9)', 50, false);
SELECT howdah_private.run_as('nobody at all', 'SELECT 1', 50, false);
SELECT current_user;

-- A courier that is gone: the lease runs out, the attempt is counted, the job is due again; then it is given up.
SET ROLE app; SELECT jobs.enqueue('w.nothing', max_attempts => 2) AS lost \gset
RESET ROLE;
SELECT attempt FROM howdah.claim_job(10);
UPDATE jobs.jobs SET leased_until = now() - interval '1 s' WHERE id = :lost;
SELECT count(*) FROM howdah.claim_job(10);
UPDATE jobs.jobs SET run_at = now() WHERE id = :lost;
SELECT attempt FROM howdah.claim_job(10);
UPDATE jobs.jobs SET leased_until = now() - interval '1 s' WHERE id = :lost;
SELECT count(*) FROM howdah.claim_job(10);
SELECT state, attempt, error FROM howdah.job_runs WHERE job_id = :lost ORDER BY attempt;
-- Who may see to it, and may make it run again.
SET ROLE other;
SELECT jobs.retry(:lost), jobs.cancel(:lost), jobs.unschedule('later'), count(*) FROM jobs.list();
SELECT jobs.schedule('later', '@daily', 'SELECT 1');
SET ROLE app;
SELECT jobs.retry(:lost);
RESET ROLE;
SELECT howdah.run_due_job() = :lost AS ran_again;
SELECT state, attempt FROM howdah.job_runs WHERE job_id = :lost ORDER BY ended_at;

-- Slots: each once; without backfill the last of those that were missed; one at a time, or skipped.
SET ROLE app;
SELECT count(jobs.schedule(n, '*/10 * * * *', 'SELECT 1', backfill => n = 'all', overlap => CASE n WHEN 'skips' THEN 'skip' ELSE 'queue' END))
FROM unnest('{all, last, skips}'::text[]) AS n;
SELECT jobs.unschedule('later');
RESET ROLE;
UPDATE jobs.schedules SET next_slot = date_trunc('hour', now()) - interval '1 hour';
SELECT count(howdah.tick()) FROM generate_series(1, 3);
SELECT s.name, count(j.id) BETWEEN 6 AND 12 AS several, count(j.id) = 1 AS one, count(DISTINCT j.slot) = count(*) AS distinct_slots
FROM jobs.schedules s JOIN jobs.jobs j ON j.schedule = s.id GROUP BY 1 ORDER BY 1;
UPDATE jobs.schedules SET next_slot = last_slot WHERE name = 'all';
SELECT count(*) AS before FROM jobs.jobs \gset
SELECT count(howdah.tick());
SELECT count(*) - :before AS doubled FROM jobs.jobs;
UPDATE jobs.schedules SET next_slot = now() - interval '1 s' WHERE name IN ('skips', 'last');
SELECT count(howdah.tick());
SELECT schedule, state FROM howdah.job_runs WHERE state = 'skipped';
SELECT count(*) FROM howdah.claim_job(10) UNION ALL SELECT count(*) FROM howdah.claim_job(10);
SELECT count(*) AS running_of_each FROM jobs.jobs WHERE lease IS NOT NULL GROUP BY schedule;
-- A clock that was set back brings nothing.
UPDATE jobs.schedules SET next_slot = now() + interval '3 hours', last_slot = now() + interval '2 hours 50 minutes';
SELECT count(*) AS before FROM jobs.jobs \gset
SELECT count(howdah.tick());
SELECT count(*) - :before AS more FROM jobs.jobs;
SET ROLE app; SELECT count(jobs.unschedule(n)) FROM unnest('{all, last, skips}'::text[]) AS n; RESET ROLE;

-- A slot that a change of the clocks leaves out is at the moment of the change; one that it brings twice is at the first.
SELECT c.cron, s.after, howdah_private.job_next_slot(c.cron, c.zone, s.after::timestamptz) AT TIME ZONE c.zone AS wall,
       howdah_private.job_next_slot(c.cron, c.zone, s.after::timestamptz) AT TIME ZONE 'UTC' AS utc
FROM (VALUES ('30 2 * * *', 'Europe/Berlin', '{2026-03-28 12:00+01, 2026-03-29 03:00+02, 2026-10-24 12:00+02, 2026-10-25 02:30+02, 2026-10-25 02:40+02}'::text[]),
             ('*/30 * * * *', 'Europe/Berlin', '{2026-03-29 01:30+01, 2026-03-29 03:00+02, 2026-10-25 02:30+02, 2026-10-25 02:15+01}'),
             ('0 2 * * *', 'Australia/Lord_Howe', '{2026-10-03 12:00+10:30, 2026-04-04 12:00+11}'),
             ('0 0 29 2 *', 'UTC', '{2026-01-01 00:00+00}'), ('59 23 $ * *', 'Asia/Kathmandu', '{2026-02-01 00:00+00}'),
             ('45 seconds', 'Europe/Berlin', '{2026-03-29 01:59:59+01}')) AS c (cron, zone, list)
CROSS JOIN LATERAL unnest(c.list) AS s (after);
-- A year of half hours in a zone with changes: every slot after the one before, none twice, 48 a day but for the two changes.
WITH RECURSIVE s AS (
    SELECT '2026-01-01 00:00+00'::timestamptz AS at, 0 AS n
    UNION ALL SELECT howdah_private.job_next_slot('*/30 * * * *', 'Europe/Berlin', s.at), n + 1 FROM s WHERE s.at < '2027-01-01 00:00+00')
SELECT max(n), count(DISTINCT at) = count(*) AS once FROM s;
SELECT howdah_private.job_next_slot('0 0 30 2 *', 'UTC', now());
SET ROLE app;
SELECT jobs.schedule('x', '61 * * * *', 'SELECT 1');
SELECT jobs.schedule('x', '@daily', 'SELECT 1', timezone => 'Mars/Olympus');
SELECT jobs.schedule('x', '@daily', 'SELECT 1', overlap => 'both');
SELECT jobs.schedule('x', '@daily');
RESET ROLE;
DROP SCHEMA w CASCADE; DROP OWNED BY app, other; DROP ROLE app, other;
