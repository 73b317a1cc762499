-- Webhooks: endpoints and their secrets, what an attempt is made of, who may, dead letters and replay.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SELECT length(howdah.set_webhook_endpoint('shop', 'https://shop.example/hooks', '{order.*,user.created}')) AS secret;
SELECT howdah.set_webhook_endpoint('all', 'https://all.example:8443/x?y=1', NULL, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
SELECT howdah.set_webhook_endpoint('quiet', 'https://quiet.example/', '{}', headers => '{"Authorization": "Bearer t0p"}') IS NOT NULL AS made;
SELECT name, url, events, position('whsec' IN e::text) + position('t0p' IN e::text) AS shown FROM howdah.webhook_endpoints e ORDER BY name;
SELECT howdah.webhook_secret('all');
SELECT howdah.webhook_secret('none');
SELECT howdah.webhook_secret('https://a.example/') ~ '^whsec_.{44}$' AS derived,
       howdah.webhook_secret('https://a.example/') = howdah.webhook_secret('https://b.example/') AS same;

-- What is no address, name, secret or header.
SELECT howdah.set_webhook_endpoint('x', 'http://a.example/');
SELECT howdah.set_webhook_endpoint('x', 'https://127.0.0.1/');
SELECT howdah.set_webhook_endpoint('x', 'https://[::ffff:169.254.169.254]/');
SELECT howdah.set_webhook_endpoint('x', 'https://localhost/');
SELECT howdah.set_webhook_endpoint('x', 'https://u:p@a.example/');
SELECT howdah.set_webhook_endpoint('x', 'https://a.example:22/');
SELECT howdah.set_webhook_endpoint('x', NULL);
SELECT howdah.set_webhook_endpoint('a b', 'https://a.example/');
SELECT howdah.set_webhook_endpoint('x', 'https://a.example/', NULL, 'whsec_short');
SELECT howdah.set_webhook_endpoint('x', 'https://a.example/', headers => '{"Webhook-Id": "1"}');
SELECT howdah.set_webhook_endpoint('x', 'https://a.example/', headers => E'{"A": "b\\r\\nc: d"}');
SELECT howdah.set_webhook_endpoint('x', 'https://a.example/', headers => '{"A": {"sealed": "s1.x", "context": "y"}}');
SELECT howdah.webhook('https://10.0.0.1/', 'a', '{}');
SELECT howdah.webhook('none', 'a', '{}');
SELECT howdah.webhook('all', 'a', NULL);
SELECT howdah.webhook('all', 'a', to_jsonb(repeat('x', 1048577)));
SELECT howdah.webhook('https://a.example/', 'a', '{}', headers => '{"content-type": "x"}');
SELECT count(*) FROM howdah.outbox_entries;

-- Enqueued with its cause, or not at all.
BEGIN;
SELECT howdah.webhook('all', 'a', '{}') IS NOT NULL AS added;
ROLLBACK;
SELECT count(*) FROM howdah.outbox_entries;
SELECT howdah.webhook('all', 'order.paid', '{"id": 7, "note": null}', tenant => 't1') AS first \gset
SELECT kind, recipient, lane, tenant, max_attempts, payload - 'id' - 'body' AS payload, payload ->> 'id' ~ '^msg_[0-9a-f]{32}$' AS id,
       payload #> '{body,data}' AS data, payload #>> '{body,type}' AS type
FROM howdah.outbox_entries;

-- An attempt: signed as of now, with the same id; both secrets while they change.
CREATE FUNCTION attempt(OUT id text, OUT at int8, OUT signature text, OUT body text, OUT rest jsonb) LANGUAGE sql AS $$
    SELECT payload #>> '{request,headers,webhook-id}', (payload #>> '{request,headers,webhook-timestamp}')::int8,
           payload #>> '{request,headers,webhook-signature}', payload #>> '{request,body}',
           payload #- '{request,headers,webhook-id}' #- '{request,headers,webhook-timestamp}'
               #- '{request,headers,webhook-signature}' #- '{request,body}'
    FROM howdah.lease('{webhook}', 1, 30) $$;
SELECT * FROM attempt() \gset a_
SELECT :'a_rest' AS rest, abs(:a_at - extract(epoch FROM now())) < 5 AS now, :'a_body' ~ '"note": null' AS nulls_stay,
       :'a_signature' = howdah_private.webhook_sign(:'a_id', :a_at, :'a_body', ARRAY[howdah.webhook_secret('all')]) AS signed;
SELECT howdah.settle(id, lease, '{"error": "status_500", "status": 500, "response": "no", "lane_down": true}') FROM howdah.outbox_entries;
SELECT due_at - now() BETWEEN '3.7 s' AND '6.3 s' AS in_five_seconds, attempts FROM howdah.outbox_entries;
SELECT howdah.rotate_webhook_secret('all') <> 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' AS rotated;
UPDATE howdah.outbox_entries SET due_at = now();
SELECT * FROM attempt() \gset b_
SELECT :'b_id' = :'a_id' AS same_id, :'b_body' = :'a_body' AS same_body, :'b_signature' = howdah_private.webhook_sign(
    :'b_id', :b_at, :'b_body', ARRAY[howdah.webhook_secret('all'), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']) AS both_sign;
SELECT howdah.rotate_webhook_secret('all', interval '-1 s');
SELECT howdah.rotate_webhook_secret('none');
SELECT howdah.rotate_webhook_secret('all', '0') IS NOT NULL AS after_a_theft;
SELECT cardinality(howdah_private.webhook_secrets('all')) AS secrets;
SELECT howdah.settle(id, lease, '{"error": "timeout", "lane_down": true}') FROM howdah.outbox_entries;
SELECT due_at - now() BETWEEN '225 s' AND '375 s' AS in_five_minutes FROM howdah.outbox_entries;

-- The schedule is a setting.
SELECT howdah.set('webhook.schedule', '1, x');
SELECT howdah.set('webhook.schedule', '1,2');
SELECT howdah.webhook('https://once.example/', NULL, '[1]') AS third \gset
SELECT max_attempts, payload -> 'body' AS body FROM howdah.outbox_entries WHERE id = :third;
SELECT howdah.reset('webhook.schedule');
DELETE FROM howdah.outbox_entries WHERE id = :third;

-- 410 ends it, and the endpoint: nothing more is sent to it until it is set again.
UPDATE howdah.outbox_entries SET due_at = now();
SELECT howdah.webhook('all', 'a', '{}') AS waiting \gset
SELECT howdah.settle(id, lease, '{"error": "status_410", "permanent": true, "status": 410, "response": "gone"}') FROM howdah.lease('{webhook}', 1, 30);
SELECT id = :first AS first, state, attempts FROM howdah.outbox_history;
SELECT name, disabled_reason FROM howdah.webhook_endpoints WHERE disabled_at IS NOT NULL;
SELECT howdah.webhook('all', 'a', '{}') IS NULL AS not_sent;
SELECT count(*) FROM howdah.lease('{webhook}', 1, 30);
SELECT state, error FROM howdah.deliveries WHERE outbox_id = :waiting;
SELECT howdah.set_webhook_endpoint('all', 'https://all.example:8443/new') IS NULL AS enabled;

-- Replay: under the same id, to where the endpoint is now.
SELECT howdah.redeliver(:first);
SELECT * FROM attempt() \gset c_
SELECT :'c_id' = :'a_id' AS same_id, :'c_rest'::jsonb #>> '{request,url}' AS url;
SELECT howdah.settle(id, lease, '{"delivered": true, "status": 200, "response": "ok", "transport": "all"}') FROM howdah.outbox_entries;
SELECT howdah.redeliver('all', now() - interval '1 hour') AS the_other;
SELECT howdah.redeliver('all', now() - interval '1 hour') AS none_left;
SELECT howdah.redeliver('quiet', now() - interval '1 hour');
SELECT id = :waiting AS waiting, attempts FROM howdah.outbox_entries;
SELECT attempt, state, error, status, response, transport FROM howdah.deliveries WHERE outbox_id = :first ORDER BY started_at, attempt;

-- Who wants to know.
DELETE FROM howdah.outbox_entries;
SELECT howdah.publish('order.paid', '{}') AS two, howdah.publish('user.created', '{}') AS two, howdah.publish('user.gone', '{}') AS one;
SELECT howdah.publish('no name', '{}');
SELECT payload ->> 'endpoint' AS endpoint, payload ->> 'event' AS event FROM howdah.outbox_entries ORDER BY id;
DELETE FROM howdah.outbox_entries;
SELECT howdah.set_webhook_endpoint('acme', 'https://acme.example/', NULL, tenant => 'acme') IS NOT NULL AS made;
SELECT howdah.publish('user.gone', '{}', 'acme') AS two, howdah.publish('user.gone', '{}', 'other') AS one;
SELECT payload ->> 'endpoint' AS endpoint, tenant FROM howdah.outbox_entries ORDER BY id;
DELETE FROM howdah.outbox_entries;

-- A header of an endpoint is opened for the courier alone.
SELECT howdah.webhook('quiet', 'a', '{}', headers => '{"X-Own": "1"}') IS NOT NULL AS sent;
SELECT (payload #> '{request,headers}') - '{webhook-id,webhook-timestamp,webhook-signature}'::text[] AS headers FROM howdah.lease('{webhook}', 1, 30);
SELECT howdah.remove_webhook_endpoint('quiet'), howdah.remove_webhook_endpoint('quiet');
UPDATE howdah.outbox_entries SET state = 'due', lease = NULL, leased_until = NULL;
SELECT count(*) FROM howdah.lease('{webhook}', 1, 30);
SELECT outcome FROM howdah.outbox_history ORDER BY settled_at DESC LIMIT 1;

-- Servers that are trusted may send; nobody else, and nobody sees.
SET ROLE service_role;
SELECT howdah.webhook('https://a.example/', 'a', '{}') IS NOT NULL AS sent;
SELECT howdah.publish('a', '{}') AS told;
SELECT howdah.webhook_secret('all');
SELECT howdah.set_webhook_endpoint('x', 'https://a.example/');
SELECT howdah.redeliver(1);
SELECT count(*) FROM howdah.webhook_endpoints;
SELECT count(*) FROM howdah.outbox_entries;
SET ROLE authenticated;
SELECT howdah.webhook('https://a.example/', 'a', '{}');
SELECT howdah.publish('a', '{}');
RESET ROLE;
SELECT action, detail FROM howdah.audit WHERE action ~ 'webhook' ORDER BY id LIMIT 3;
