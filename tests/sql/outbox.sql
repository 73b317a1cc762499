-- What leaves: fetches of flows, leases and their fencing, who may.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SELECT howdah.set('courier.allowed_hosts', 'localhost:9000, [::1]:*');
CREATE FUNCTION asked(secret text DEFAULT 'hush') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('method', 'POST', 'url', 'https://Id.example:8443/token?x=1', 'form', jsonb_build_object(
        'code', 'c', 'client_secret', howdah_private.seal_field($1, 'provider:1'))) $$;

-- The first time it is written down; then it is under way; another request gets nothing of it.
SELECT howdah_private.fetch('flow-1', 'token', asked()) IS NULL AS asked;
SELECT howdah_private.fetch('flow-1', 'token', asked()) IS NULL AS under_way;
SELECT howdah_private.fetch('flow-1', 'token', asked('other'));
SELECT howdah_private.fetch('bad scope', 'token', asked());
SELECT kind, recipient, state, attempts, max_attempts, expires_at - created_at AS within,
       position('hush' IN o::text) AS shown
FROM howdah.outbox_entries o;
SELECT (howdah_private.auth_wait('flow-1')).*;

-- The courier's role sees no table, and what it leases opened.
SET ROLE howdah_courier;
SELECT count(*) FROM howdah.outbox_entries;
SELECT count(*) FROM howdah.couriers;
SELECT howdah_private.fetch('x', 'y', '{}');
SELECT id, lease FROM howdah.lease('{email}', 10, 30);
SELECT lease AS first, kind, attempt, payload #>> '{request,form,client_secret}' AS secret, allowed_hosts,
       patience_ms BETWEEN 5000 AND 9000 AS patient
FROM howdah.lease('{fetch}', 10, 30) \gset
\echo :kind :attempt :secret :allowed_hosts :patient
SELECT count(*) AS again FROM howdah.lease('{fetch}', 10, 30);
SELECT howdah.lease('{fetch}', 10, 0);

-- Only the lease settles, once.
SELECT howdah.settle(1, gen_random_uuid(), '{"status": 200}');
SELECT howdah.settle(1, :'first', '{"status": 200, "headers": {}, "body": "{\"access_token\": \"tok-1\"}"}');
SELECT howdah.settle(1, :'first', '{"status": 500}');
SELECT howdah.settle(1, :'first', jsonb_build_object('body', repeat('x', 600000)));
SELECT howdah.courier_beat('host/1', '0.1.0', 0);
RESET ROLE;
SELECT howdah_private.fetch('flow-1', 'token', asked()) ->> 'body' AS body;
SELECT howdah_private.fetch('flow-1', 'token', asked('other'));
SELECT state, payload, lease, position('tok-1' IN o::text) AS shown FROM howdah.outbox_entries o;

-- The steps of a scope have nine seconds together.
UPDATE howdah.outbox_entries SET created_at = created_at - interval '10 s';
SELECT howdah_private.fetch('flow-1', 'userinfo', '{"url": "https://id.example/me"}');
SELECT howdah_private.fetch_forget('flow-1');
SELECT count(*) FROM howdah.outbox_entries;

-- A courier that dies: a fetch is not sent twice; a mail is.
SELECT howdah_private.fetch('flow-2', 'keys', '{"url": "https://id.example/jwks"}') IS NULL AS asked;
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload) VALUES ('email', 'a@b.example', 'b.example', '{"subject": "s"}');
SELECT kind, attempt FROM howdah.lease('{fetch,email}', 10, 30) ORDER BY kind;
UPDATE howdah.outbox_entries SET leased_until = now() - interval '1 s';
SELECT kind, attempt, lease AS mail FROM howdah.lease('{fetch,email}', 10, 30) \gset
\echo :kind :attempt
SELECT howdah_private.fetch('flow-2', 'keys', '{"url": "https://id.example/jwks"}');
SELECT id AS mail_id FROM howdah.outbox_entries WHERE kind = 'email' \gset
SELECT howdah.settle(:mail_id, :'mail', '{"error": "refused"}');
SELECT state, outcome, due_at - now() BETWEEN '14 s' AND '26 s' AS later FROM howdah.outbox_entries WHERE kind = 'email';
UPDATE howdah.outbox_entries SET due_at = now(), max_attempts = 3 WHERE kind = 'email';
SELECT howdah.settle(id, lease, '{"error": "refused"}') FROM howdah.lease('{email}', 1, 30);
SELECT state, attempts, settled_at IS NOT NULL AS settled FROM howdah.outbox WHERE kind = 'email';
SELECT attempt, state, error FROM howdah.deliveries ORDER BY attempt;

-- A lease whose answer was lost: who asked says so with its token, and the rows are due again as if it had not been. Others' are left
-- alone, and who comes with the token then settles nothing. The fetch was not sent: it is carried.
SELECT howdah_private.fetch('flow-5', 'keys', '{"url": "https://id.example/jwks"}') IS NULL AS asked;
SET ROLE howdah_courier;
SELECT kind, attempt, lease FROM howdah.lease('{fetch}', 10, 30, '00000000-0000-4000-8000-000000000001');
SELECT count(*) FROM howdah.lease('{fetch}', 10, 30, '00000000-0000-4000-8000-000000000002', '{00000000-0000-4000-8000-000000000009}');
SELECT kind, attempt, lease FROM howdah.lease('{fetch}', 10, 30, '00000000-0000-4000-8000-000000000003', '{00000000-0000-4000-8000-000000000009,00000000-0000-4000-8000-000000000001}');
SELECT count(*) FROM howdah.lease('{fetch}', 10, 30, NULL, '{00000000-0000-4000-8000-000000000001}');
RESET ROLE;
SELECT kind, howdah.settle(id, '00000000-0000-4000-8000-000000000001', '{"error": "late"}') AS late,
       howdah.settle(id, '00000000-0000-4000-8000-000000000003', '{"status": 200}') AS settled
FROM howdah.outbox_entries WHERE state = 'leased';
DELETE FROM howdah.outbox_entries;

-- One lane holds up no other: sixteen at a time.
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload) SELECT 'email', 'a@slow.example', 'slow.example', '{}' FROM generate_series(1, 40);
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload) SELECT 'email', 'a@quick' || n, 'quick' || n, '{}' FROM generate_series(1, 5) n;
SELECT left(o.lane, 4) AS who, count(*) FROM howdah.lease('{email}', 64, 30) AS l JOIN howdah.outbox_entries o USING (id)
GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM howdah.lease('{email}', 64, 30);

-- A secret that does not open ends its row, not the courier.
DELETE FROM howdah.outbox_entries;
SELECT howdah_private.fetch('flow-3', 'a', '{"url": "https://a.example", "body": {"sealed": "s1.AAAA", "context": "x"}}') IS NULL AS asked;
SELECT howdah_private.fetch('flow-4', 'a', '{"url": "https://b.example"}') IS NULL AS asked;
SELECT payload FROM howdah.lease('{fetch}', 10, 30);
SELECT howdah_private.fetch('flow-3', 'a', '{"url": "https://a.example", "body": {"sealed": "s1.AAAA", "context": "x"}}');

-- What nobody waits for goes.
UPDATE howdah.outbox_entries SET created_at = created_at - interval '11 minutes';
UPDATE howdah.couriers SET seen_at = seen_at - interval '2 days';
SELECT howdah.courier_beat('host/2', '0.1.0', 3);
SELECT count(*) AS fetches FROM howdah.outbox_entries WHERE kind = 'fetch';
SELECT name, version, carrying FROM howdah.couriers;

-- Tenants in turn: many rows of one are not in the way of another; many tenants neither.
DELETE FROM howdah.outbox_entries;
SELECT count(howdah_private.outbox_add('email', 'a@x', '{}', lane => 'lane' || n, tenant => 'loud')) FROM generate_series(1, 500) n;
SELECT count(howdah_private.outbox_add('email', 'b@x', '{}', lane => 'lane', tenant => 'quiet')) FROM generate_series(1, 2) n;
SELECT o.tenant, count(*) FROM howdah.lease('{email}', 6, 30) AS l JOIN howdah.outbox_entries o USING (id) GROUP BY 1 ORDER BY 1;
-- A kind that is paused gathers.
SELECT howdah.pause('email');
SELECT howdah.pause('fetch');
SELECT count(*) FROM howdah.lease('{email}', 6, 30);
SELECT kind, paused_at IS NOT NULL AS paused FROM howdah.outbox_stats;
SELECT howdah.resume('email');
SELECT count(*) FROM howdah.lease('{email}', 6, 30);
-- A lane that fails is left alone after the fifth time, then tried with one; a delivery closes it.
DELETE FROM howdah.outbox_entries;
SELECT count(howdah_private.outbox_add('webhook', 'https://down.example/', '{}', lane => 'down.example')) FROM generate_series(1, 12) n;
-- Two webhooks at a time to one place, unless it has a limit of its own.
SELECT howdah.limit_lane('webhook', 'down.example', 0);
SELECT howdah.limit_lane('webhook', 'down.example', 3);
SELECT count(*) FROM howdah.lease('{webhook}', 64, 30);
SELECT howdah.limit_lane('webhook', 'down.example');
UPDATE howdah.outbox_entries SET state = 'due', attempts = 0, lease = NULL, leased_until = NULL, leased_at = NULL;
BEGIN;
SELECT count(*) FROM howdah.lease('{webhook}', 64, 30);
ROLLBACK;
SELECT howdah.limit_lane('webhook', 'down.example', 16);
SELECT howdah.settle_batch(array_agg(l.id), array_agg(l.lease::text), array_agg('{"error": "timeout", "lane_down": true}'::text))
FROM howdah.lease('{webhook}', 5, 30) AS l;
SELECT lane, failures, open_until > now() AS open, error FROM howdah.lanes;
SELECT count(*) FROM howdah.lease('{webhook}', 64, 30);
UPDATE howdah.lanes SET open_until = now();
SELECT id AS tried, lease AS tried_lease FROM howdah.lease('{webhook}', 64, 30) \gset
SELECT howdah.settle(:tried, :'tried_lease', '{"delivered": true, "transport": "https", "status": 200, "response": "ok"}');
SELECT count(*) FROM howdah.lanes;
SELECT state, transport, status, response, duration >= '0' AS took FROM howdah.deliveries WHERE outbox_id = :tried;
-- What can never be delivered is not tried again; what the other side puts off is put off.
SELECT l.id AS never, l.lease AS never_lease FROM howdah.lease('{webhook}', 1, 30) AS l \gset
SELECT howdah.settle(:never, :'never_lease', '{"error": "refused", "permanent": true, "status": 410}');
SELECT l.id AS later, l.lease AS later_lease FROM howdah.lease('{webhook}', 1, 30) AS l \gset
SELECT howdah.settle(:later, :'later_lease', '{"error": "refused", "retry_after": 7200}');
SELECT state, attempts, due - now() > '110 minutes' AS put_off FROM howdah.outbox WHERE id IN (:never, :later) ORDER BY state;
-- Again under the same id; cancelled before it leaves; neither twice.
SELECT howdah.resend(:never), howdah.resend(:never), howdah.cancel(:never), howdah.cancel(:never), howdah.resend(-1);
SELECT state, attempts FROM howdah.outbox WHERE id = :never;
-- What has expired is not carried.
SELECT howdah_private.outbox_add('push', 'd', '{}', lane => 'd', expires_at => now() - interval '1 s') AS late \gset
SELECT count(*) FROM howdah.lease('{push}', 1, 30);
SELECT state, outcome FROM howdah.outbox WHERE id = :late;
-- Days are made ahead and dropped whole; what came while nobody ticked finds its day.
SELECT count(*) AS days FROM pg_inherits WHERE inhparent = 'howdah.outbox_history'::regclass;
SELECT replace(current_date::text, '-', '') AS today \gset
CREATE TABLE howdah_archive.outbox_history_20200101 PARTITION OF howdah.outbox_history FOR VALUES FROM ('2020-01-01Z') TO ('2020-01-02Z');
INSERT INTO howdah.outbox_history (id, kind, tenant, recipient, lane, payload, state, created_at, due_at, attempts, max_attempts, settled_at)
SELECT -n, 'email', '', 'a@x', 'x', '{}', 'delivered', now(), now(), 1, 8, CASE n WHEN 1 THEN '2020-01-01 12:00Z' ELSE now() + interval '3 days' END
FROM generate_series(1, 2) n;
SELECT id, tableoid::regclass::text ~ '_default$' AS without_a_day FROM howdah.outbox_history WHERE id < 0 ORDER BY id;
ALTER TABLE howdah_archive.outbox_history_20200101 OWNER TO howdah_owner;
SELECT howdah_private.keep_partitions('howdah.outbox_history', 3, interval '14 days');
SELECT id, tableoid::regclass::text ~ '_default$' AS without_a_day FROM howdah.outbox_history WHERE id < 0 ORDER BY id;
SELECT count(*) AS days, to_regclass('howdah_archive.outbox_history_20200101') AS old FROM pg_inherits WHERE inhparent = 'howdah.outbox_history'::regclass;
UPDATE howdah.ticks SET at = at - interval '1 day';
SELECT howdah.tick();
SELECT howdah.tick();
-- The courier's role may do its work and nothing else; others not even that.
SET ROLE howdah_courier;
SELECT howdah.pause('email');
SELECT howdah.cancel(1);
SELECT count(*) FROM howdah.outbox;
SELECT count(*) FROM howdah_archive.outbox_history_default;
SET ROLE service_role;
SELECT count(*) FROM howdah.deliveries;
SELECT howdah.tick();
RESET ROLE;
-- What no row may be, whoever writes it.
\set VERBOSITY terse
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload) VALUES ('Not a kind', 'a', 'a', '{}');
INSERT INTO howdah.outbox_entries (kind, tenant, recipient, lane, payload) VALUES ('email', repeat('t', 201), 'a', 'a', '{}');
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload, max_attempts) VALUES ('email', 'a', 'a', '{}', 101);
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload, state) VALUES ('email', 'a', 'a', '{}', 'done');
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload, state) VALUES ('email', 'a', 'a', '{}', 'leased');
INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload) VALUES ('fetch', 'a', 'a', '{}');
