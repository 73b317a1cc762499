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
FROM howdah.outbox o;
SELECT (howdah_private.auth_wait('flow-1')).*;

-- The courier's role sees no table, and what it leases opened.
SET ROLE howdah_courier;
SELECT count(*) FROM howdah.outbox;
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
SELECT state, payload, lease, position('tok-1' IN o::text) AS shown FROM howdah.outbox o;

-- The steps of a scope have nine seconds together.
UPDATE howdah.outbox SET created_at = created_at - interval '10 s';
SELECT howdah_private.fetch('flow-1', 'userinfo', '{"url": "https://id.example/me"}');
SELECT howdah_private.fetch_forget('flow-1');
SELECT count(*) FROM howdah.outbox;

-- A courier that dies: a fetch is not sent twice; a mail is.
SELECT howdah_private.fetch('flow-2', 'keys', '{"url": "https://id.example/jwks"}') IS NULL AS asked;
INSERT INTO howdah.outbox (kind, recipient, payload) VALUES ('email', 'a@b.example', '{"subject": "s"}');
SELECT kind, attempt FROM howdah.lease('{fetch,email}', 10, 30) ORDER BY kind;
UPDATE howdah.outbox SET leased_until = now() - interval '1 s';
SELECT kind, attempt, lease AS mail FROM howdah.lease('{fetch,email}', 10, 30) \gset
\echo :kind :attempt
SELECT howdah_private.fetch('flow-2', 'keys', '{"url": "https://id.example/jwks"}');
SELECT id AS mail_id FROM howdah.outbox WHERE kind = 'email' \gset
SELECT howdah.settle(:mail_id, :'mail', '{"error": "refused"}');
SELECT state, outcome, due_at - now() BETWEEN '14 s' AND '26 s' AS later FROM howdah.outbox WHERE kind = 'email';
UPDATE howdah.outbox SET due_at = now(), max_attempts = 3 WHERE kind = 'email';
SELECT howdah.settle(id, lease, '{"error": "refused"}') FROM howdah.lease('{email}', 1, 30);
SELECT state, attempts, settled_at IS NOT NULL AS settled FROM howdah.outbox WHERE kind = 'email';

-- One recipient holds up no other: sixteen at a time.
INSERT INTO howdah.outbox (kind, recipient, payload) SELECT 'email', 'slow.example', '{}' FROM generate_series(1, 40);
INSERT INTO howdah.outbox (kind, recipient, payload) SELECT 'email', 'quick' || n, '{}' FROM generate_series(1, 5) n;
SELECT left(o.recipient, 4) AS who, count(*) FROM howdah.lease('{email}', 64, 30) AS l JOIN howdah.outbox o USING (id)
GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM howdah.lease('{email}', 64, 30);

-- A secret that does not open ends its row, not the courier.
DELETE FROM howdah.outbox;
SELECT howdah_private.fetch('flow-3', 'a', '{"url": "https://a.example", "body": {"sealed": "s1.AAAA", "context": "x"}}') IS NULL AS asked;
SELECT howdah_private.fetch('flow-4', 'a', '{"url": "https://b.example"}') IS NULL AS asked;
SELECT payload FROM howdah.lease('{fetch}', 10, 30);
SELECT howdah_private.fetch('flow-3', 'a', '{"url": "https://a.example", "body": {"sealed": "s1.AAAA", "context": "x"}}');

-- What nobody waits for goes.
UPDATE howdah.outbox SET created_at = created_at - interval '11 minutes';
UPDATE howdah.couriers SET seen_at = seen_at - interval '2 days';
SELECT howdah.courier_beat('host/2', '0.1.0', 3);
SELECT count(*) AS fetches FROM howdah.outbox WHERE kind = 'fetch';
SELECT name, version, carrying FROM howdah.couriers;
