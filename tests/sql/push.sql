-- Push messages and senders: what is checked, who may, quiet hours, fan-out in steps, what prepares and what settles.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
SET timezone = 'UTC';

-- Browsers can subscribe from the beginning; the key is to be seen, its secret not.
SELECT name, kind, driver, has_secret, length(public_key) FROM howdah.senders_all;
SELECT secret LIKE 's1.%' AS sealed FROM howdah.senders;
SELECT status, body ->> 'public_key' = (SELECT public_key FROM howdah.senders_all) AS same FROM howdah.push_key();
SELECT howdah.set_sender('webpush', 'push', 'web', '{"subject": "mailto:ops@shop.example"}') - '{created_at,updated_at}'::text[];
SELECT howdah.set_sender('webpush', 'push', 'web', '{"subject": "ops"}');
SELECT howdah.set_sender('x', 'push', 'pigeon', '{}', 'x');
SELECT howdah.set_sender('x', 'push', 'fcm', '{}', '{"project_id": "p"}');
SELECT howdah.set_sender('x', 'push', 'apns', '{"key_id": "K", "team_id": "T"}', 'x');
SELECT howdah.set_sender('x', 'mail', 'http', '{}');
SELECT howdah.set_sender('sms 1', 'sms', 'http', '{"request": {"url": "https://a.example/"}}');
SELECT howdah.set_sender('x', 'sms', 'http', '{"request": {"url": "https://{{ to }}/"}}');
SELECT howdah.set_sender('x', 'sms', 'twilio', '{}', 's');
SELECT driver, kind, needs FROM howdah.sender_drivers ORDER BY kind, driver;

-- Two users with devices.
INSERT INTO auth.users (id, email) VALUES ('00000000-0000-4000-8000-000000000001', 'a@x.example'), ('00000000-0000-4000-8000-000000000002', 'b@x.example');
INSERT INTO howdah.push_devices (id, user_id, platform, token, token_hash, lane, timezone, quiet_hours)
VALUES ('d0000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'fcm', 'token-of-device-1-000', '1', 'fcm', NULL, NULL),
       ('d0000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'apns', repeat('ab', 32), '2', 'apns', NULL, NULL),
       ('d0000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000002', 'fcm', 'token-of-device-3-000', '3', 'fcm', NULL, NULL);

-- What no service would take is refused at once.
SELECT howdah.send_push('x');
SELECT howdah.send_push('x', user_id => '00000000-0000-4000-8000-000000000001', topic => 'news');
SELECT howdah.send_push('x', topic => 'news');
SELECT howdah.send_push(user_id => '00000000-0000-4000-8000-000000000001');
SELECT howdah.send_push('x', repeat('y', 4100), user_id => '00000000-0000-4000-8000-000000000001');
SELECT howdah.send_push('x', user_id => '00000000-0000-4000-8000-000000000001', ttl => 99999999);
SELECT howdah.send_push('x', user_id => '00000000-0000-4000-8000-000000000001', quiet_hours => '25:00-07:00');
SELECT howdah.send_push('x', user_id => '00000000-0000-4000-8000-000000000001', options => '{"windows": {}}');
SELECT howdah.send_push('x', user_id => '00000000-0000-4000-8000-000000000001', platforms => '{pigeon}');
SELECT howdah.send_push('x', data => '[1]', user_id => '00000000-0000-4000-8000-000000000001');

-- A row for each device; later where it is quiet on its clock.
SELECT howdah.send_push('hi', user_id => '00000000-0000-4000-8000-000000000001') AS first \gset
SELECT recipient, lane, user_id, payload, state FROM howdah.outbox_entries WHERE kind = 'push' ORDER BY recipient;
SELECT state, enqueued, title FROM howdah.push_messages_all;
SELECT t, howdah_private.push_quiet_end('22:00-07:00', 'Europe/Rome', t::timestamptz) AS ends
FROM unnest('{2026-01-10 20:59Z,2026-01-10 21:00Z,2026-01-11 02:00Z,2026-01-11 05:59Z,2026-01-11 06:00Z,2026-03-29 00:30Z,2026-10-25 00:30Z}'::text[]) t;
SELECT howdah_private.push_quiet_end('12:00-14:00', NULL, '2026-01-10 13:59Z') AS noon, howdah_private.push_quiet_end('12:00-14:00', NULL, '2026-01-10 14:00Z') AS over,
       howdah_private.push_quiet_end('', NULL, '2026-01-10 14:00Z') AS none;
-- All day but a minute that is not now.
SELECT to_char(now() - interval '2 minutes', 'HH24:MI') || '-' || to_char(now() - interval '3 minutes', 'HH24:MI') AS always \gset
UPDATE howdah.push_devices SET quiet_hours = '' WHERE id = 'd0000000-0000-4000-8000-000000000001';
SELECT howdah.send_push('later', user_id => '00000000-0000-4000-8000-000000000001', quiet_hours => :'always') AS later \gset
SELECT howdah.send_push('now', user_id => '00000000-0000-4000-8000-000000000001', quiet_hours => :'always', priority => 'high') AS urgent \gset
SELECT m.title, o.recipient, o.due_at > now() + interval '23 hours' AS waits
FROM howdah.outbox_entries o JOIN howdah.push_messages_all m ON m.id = (o.payload ->> 'message')::int8 WHERE m.id IN (:later, :urgent) ORDER BY 1, 2;

-- What the courier gets: without a sender nothing yet; then Apple's request, its token signed here. Cancelled, retired: refused.
CREATE FUNCTION prepared(message int8, device text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT howdah_private.push_prepare((o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, 1, o.max_attempts, o.created_at, o.expires_at, o.cause)::howdah_private.outbox_entry)
    FROM howdah.outbox_entries o WHERE o.kind = 'push' AND o.payload ->> 'message' = $1::text AND o.recipient LIKE '%' || $2 $$;
SELECT prepared(:first, '2');
SELECT howdah.set_sender('apple', 'push', 'apns', '{"key_id": "K", "team_id": "T", "topic": "com.example.app", "environment": "sandbox"}', howdah_private.push_make_key()) ->> 'has_secret' AS kept;
SELECT p #>> '{request,url}' AS url, (p #> '{request,headers}') - '{authorization,apns-id,apns-expiration}'::text[] AS headers,
       (p #>> '{request,body}')::jsonb - 'howdah_id' AS body, p ->> 'http2' AS http2, p ->> 'transport' AS transport,
       p #>> '{request,headers,apns-id}' ~ '^[0-9a-f-]{36}$' AS has_id
FROM prepared(:first, '2') p;
SELECT (prepared(:later, '2') ->> 'defer')::int > 80000 AS put_off;
SELECT howdah.cancel_push(:later), howdah.cancel_push(:later) AS again;
SELECT prepared(:later, '2');
UPDATE howdah.push_devices SET retired_at = now(), retired_reason = 'unregistered' WHERE id = 'd0000000-0000-4000-8000-000000000002';
SELECT prepared(:first, '2');
-- What an app says is not taken for a sealed field of ours.
SELECT howdah.send_push('x', data => '{"sealed": "s1.AAAA", "context": "x"}', device_id => 'd0000000-0000-4000-8000-000000000003') AS sly \gset
SELECT howdah.set_sender('google', 'push', 'fcm', '{}', '{"project_id": "p", "client_email": "e", "private_key": "-----BEGIN PRIVATE KEY-----"}') ->> 'has_secret' AS kept;
SELECT (howdah_private.open_sealed(prepared(:sly, '3')) #>> '{request,body}')::jsonb #> '{message,data}' ->> 'sealed' AS as_said;

-- A topic goes out in steps, devices first, then users; who is both, once.
SELECT howdah.set_push_topic('news', true, 'What is new');
SELECT howdah.set_push_topic('bad name');
INSERT INTO howdah.push_devices (user_id, platform, token, token_hash, lane)
SELECT '00000000-0000-4000-8000-000000000002', 'fcm', 'token-number-' || n || '-0000000', ('t' || n)::bytea, 'fcm' FROM generate_series(1, 25) n;
INSERT INTO howdah.push_topic_devices SELECT 'news', id FROM howdah.push_devices WHERE user_id = '00000000-0000-4000-8000-000000000002' ORDER BY id LIMIT 12;
SELECT howdah.subscribe_push('news', user_id => '00000000-0000-4000-8000-000000000002'), howdah.subscribe_push('news', user_id => '00000000-0000-4000-8000-000000000001'),
       howdah.subscribe_push('news', user_id => '00000000-0000-4000-8000-000000000001') AS again;
SELECT howdah.subscribe_push('nothing', user_id => '00000000-0000-4000-8000-000000000001');
SELECT howdah.set('push.fan_out_step', '5');
SELECT howdah.send_push('to all', topic => 'news') AS broadcast \gset
SELECT state, enqueued, steps FROM howdah.push_messages_all WHERE id = :broadcast;
CREATE TABLE progress AS SELECT 0 AS step, 0::bigint AS enqueued WHERE false;
DO $$
DECLARE n int; BEGIN
    FOR n IN 1..20 LOOP
        PERFORM howdah_private.push_fan_out();
        -- As if carried: where the courier is behind, a message waits.
        DELETE FROM howdah.outbox_entries WHERE tenant LIKE 'push:%' AND n % 2 = 0;
        INSERT INTO progress SELECT n, enqueued FROM howdah.push_messages_all WHERE topic = 'news';
    END LOOP;
END $$;
SELECT max(d) AS most_in_a_step FROM (SELECT enqueued - lag(enqueued, 1, 0) OVER (ORDER BY step) AS d FROM progress) s;
SELECT state, enqueued, finished_at IS NOT NULL AS finished FROM howdah.push_messages_all WHERE id = :broadcast;
SELECT count(*) AS live FROM howdah.push_devices WHERE retired_at IS NULL;
-- While the outbox is full of it, it waits; cancelled, it ends.
SELECT howdah.send_push('more', topic => 'news') AS broadcast \gset
SELECT howdah_private.push_fan_out() FROM generate_series(1, 5);
SELECT state, enqueued, steps FROM howdah.push_messages_all WHERE id = :broadcast;
SELECT howdah.cancel_push(:broadcast);
DELETE FROM howdah.outbox_entries;
SELECT howdah_private.push_fan_out();
SELECT state, enqueued FROM howdah.push_messages_all WHERE id = :broadcast;
SELECT 'push_fan_out' = ANY (howdah.tick()) AS nothing_to_do;

-- What the service says retires a device, unless it has registered since.
SELECT howdah.send_push('x', device_id => 'd0000000-0000-4000-8000-000000000001') AS last \gset
CREATE FUNCTION settled(outcome jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT howdah_private.push_settled((o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, 1, o.max_attempts, o.created_at, o.expires_at, o.cause)::howdah_private.outbox_entry, $1)
    FROM howdah.outbox_entries o WHERE o.kind = 'push';
    SELECT retired_reason FROM howdah.push_devices WHERE id = 'd0000000-0000-4000-8000-000000000001' $$;
SELECT settled('{"error": "status_503", "gone": false}'), settled('{"error": "unregistered", "gone": true, "since": 1000}'),
       settled('{"error": "unregistered", "gone": true, "since": null}');

-- The session that registered it ends: nothing more to that device.
INSERT INTO auth.sessions (id, user_id, created_at, updated_at, aal) VALUES ('50000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', now(), now(), 'aal1');
UPDATE howdah.push_devices SET session_id = '50000000-0000-4000-8000-000000000001', retired_at = NULL, retired_reason = NULL WHERE id = 'd0000000-0000-4000-8000-000000000001';
DELETE FROM auth.sessions;
SELECT session_id, retired_reason FROM howdah.push_devices WHERE id = 'd0000000-0000-4000-8000-000000000001';

-- Text messages, chats, posts: rows, and the requests made of them.
SELECT howdah.send_sms('no number', 'x');
SELECT howdah.send_sms('+15550100', ' ');
SELECT howdah.send_sms('+15550100', repeat('x', 1601));
SELECT howdah.send_sms('+15550100', 'x', sender => 'nobody');
SELECT howdah.send_chat('nobody', 'x');
SELECT howdah.post_social('nobody', 'x');
SELECT howdah.set_sender('tw-a', 'sms', 'twilio', '{"account_sid": "AC1", "from": "+15550199"}', 's3cret', weight => 3) ->> 'weight' AS weight;
SELECT howdah.set_sender('tw-b', 'sms', 'twilio', '{"account_sid": "AC2", "from": "+15550199"}', 's3cret', weight => 1) ->> 'weight' AS weight;
SELECT howdah.send_sms('+1 555 0100', 'Ciao') > 0 AS kept;
CREATE FUNCTION request_of(kind text, attempt int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT howdah_private.sender_prepare((o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, $2, o.max_attempts, o.created_at, o.expires_at, o.cause)::howdah_private.outbox_entry)
    FROM howdah.outbox_entries o WHERE o.kind = $1 ORDER BY o.id DESC LIMIT 1 $$;
SELECT r #> '{request,form}' AS form, r #>> '{request,headers,authorization}' LIKE 'Basic %' AS signed FROM request_of('sms', 1) r;
SELECT count(DISTINCT request_of('sms', a) ->> 'transport') AS another_at_the_next_attempt FROM generate_series(1, 2) a;
SELECT round(avg((p.name = 'tw-a')::int), 1) AS by_weight FROM generate_series(1, 4000) n, howdah_private.sender_pick('sms', n, 1) p;
SELECT howdah.set_sender('ops', 'chat', 'slack', '{"channel": "#ops"}', 'xoxb-1') ->> 'driver' AS driver;
SELECT howdah.send_chat('ops', 'Disk {{ full }}') > 0 AS kept;
SELECT (r #> '{request,json}') - 'client_msg_id' AS json, r -> 'ok_when' AS ok_when FROM request_of('chat', 1) r;
SELECT howdah.set_sender('masto', 'social', 'mastodon', '{"endpoint": "https://social.example"}', 'tok') ->> 'driver' AS driver;
SELECT howdah.post_social('masto', 'Hello', 'https://shop.example/') > 0 AS kept;
SELECT r #>> '{request,url}' AS url, r #> '{request,form}' AS form, r #>> '{request,headers,authorization}' AS token FROM request_of('social', 1) r;
SELECT howdah.post_social('masto', 'x', 'javascript:x');
SELECT howdah.post_social('masto', 'x', user_id => '00000000-0000-4000-8000-000000000001');
-- As a user: by the token that the network gave him, which is sealed.
INSERT INTO auth.identities (id, user_id, provider, provider_id, identity_data) VALUES ('10000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'mastodon', 'ada', '{"sub": "ada"}');
INSERT INTO auth.provider_tokens (identity_id, user_id, provider, access_token)
VALUES ('10000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'mastodon', howdah_private.secret_seal('users-own', 'token:10000000-0000-4000-8000-000000000001'));
SELECT howdah.post_social('masto', 'x', user_id => '00000000-0000-4000-8000-000000000001') > 0 AS kept;
SELECT r #>> '{request,headers,authorization}' AS token FROM request_of('social', 1) r;
SELECT position('users-own' IN o::text) AS shown FROM howdah.outbox_entries o WHERE kind = 'social' ORDER BY id DESC LIMIT 1;
DELETE FROM auth.provider_tokens;
SELECT request_of('social', 1);
SELECT howdah_private.sender_tid('2026-01-01 00:00Z', 1) AS tid, howdah_private.sender_tid('2026-01-01 00:00Z', 2) > howdah_private.sender_tid('2026-01-01 00:00Z', 1) AS sorts;

-- An app's roles send nothing and see nothing; erasure takes all of a user's.
SET ROLE authenticated;
SELECT howdah.send_push('x', user_id => '00000000-0000-4000-8000-000000000001');
SELECT howdah.send_sms('+15550100', 'x');
SELECT howdah.send_chat('ops', 'x');
SELECT howdah.post_social('masto', 'x');
SELECT howdah.set_sender('x', 'chat', 'slack');
SELECT count(*) FROM howdah.push_devices;
SELECT count(*) FROM howdah.senders_all;
RESET ROLE;
DELETE FROM auth.users WHERE id = '00000000-0000-4000-8000-000000000002';
SELECT count(*) AS devices_left FROM howdah.push_devices WHERE user_id = '00000000-0000-4000-8000-000000000002';
SELECT howdah.remove_sender('ops'), howdah.remove_sender('ops') AS again, howdah.remove_push_topic('news');
SELECT action, count(*) FROM howdah.audit WHERE action LIKE '%sender' GROUP BY 1 ORDER BY 1;
