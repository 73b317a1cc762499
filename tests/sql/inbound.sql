-- Webhooks of providers: signatures, time, repetition, to a function and to a queue, who runs what.
\set ON_ERROR_STOP 0
\set VERBOSITY terse
CREATE ROLE hooked; CREATE SCHEMA h; GRANT USAGE ON SCHEMA h TO hooked;
CREATE TABLE h.got (n int GENERATED ALWAYS AS IDENTITY, message jsonb, who text); GRANT INSERT ON h.got TO hooked;
CREATE FUNCTION h.take(event jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF event #>> '{body,type}' = 'boom' THEN RAISE 'no'; END IF;
    INSERT INTO h.got (message, who) VALUES (event, current_user); END $$;
REVOKE EXECUTE ON FUNCTION h.take FROM PUBLIC; GRANT EXECUTE ON FUNCTION h.take TO hooked;
CREATE FUNCTION mac(key text, data text) RETURNS text LANGUAGE sql AS $$
    SELECT encode(decode(translate(howdah_private.hmac_base64url(key, data), '-_', '+/') || '=', 'base64'), 'hex') $$;
CREATE FUNCTION post(name text, headers jsonb, body text) RETURNS TABLE (status int, answer text) LANGUAGE sql AS $$
    SELECT r.status, r.body FROM howdah.request('POST', '/hooks/in/' || name, headers, body) AS r $$;
CREATE FUNCTION stripe(body text, at float8 DEFAULT extract(epoch FROM now()), key text DEFAULT 'whsec_s') RETURNS TABLE (status int, answer text) LANGUAGE sql AS $$
    SELECT * FROM post('stripe', jsonb_build_object('content-type', 'application/json; charset=utf-8', 'stripe-signature',
        format('t=%s,v1=%s,v0=00', floor(at), mac(key, floor(at) || '.' || body))), body) $$;

SELECT howdah.inbound('stripe', 'stripe', 'whsec_s', function => 'h.take', role => 'hooked');
SELECT position('whsec_s' IN i::text) AS shown, schema_name, function_name, role, keep FROM howdah.inbound_hooks i;

-- What is signed is taken, once; a body comes as its bytes were, numbers and all.
SELECT * FROM stripe('{"id": "evt_1", "type": "charge.succeeded", "amount": 12345678901234567890.10, "id2": "é"}');
SELECT * FROM stripe('{"id": "evt_1", "type": "charge.succeeded", "amount": 1}');
SELECT message - 'received_at' AS message, who FROM h.got;
-- What is not leaves nothing.
SELECT * FROM stripe('{"id": "evt_2"}', key => 'whsec_other');
SELECT * FROM stripe('{"id": "evt_2"}', extract(epoch FROM now()) - 400);
SELECT * FROM stripe('{"id": "evt_2"}', extract(epoch FROM now()) + 400);
SELECT * FROM post('stripe', '{}', '{"id": "evt_2"}');
SELECT * FROM post('none', '{}', '{}');
SELECT * FROM post('stripe', '{"content-type": "application/json"}', '{broken');
SELECT (howdah.request('POST', '/hooks/in/stripe?raw_body=x', '{}', '{}')).status;
SELECT (howdah.request('GET', '/hooks/in/stripe', '{}')).status;
SELECT count(*) FROM howdah.inbound_seen;
-- A function that fails: nothing is known of the delivery, and it may come again.
SELECT status FROM stripe('{"id": "evt_3", "type": "boom"}');
SELECT status FROM stripe('{"id": "evt_3", "type": "fine"}');
SELECT id FROM howdah.inbound_seen ORDER BY 1;

-- A secret in change: both are good for a day; then the new one.
SELECT howdah.inbound('stripe', 'stripe', 'whsec_new', function => 'h.take', role => 'hooked');
SELECT status FROM stripe('{"id": "evt_4"}');
SELECT status FROM stripe('{"id": "evt_5"}', key => 'whsec_new');
UPDATE howdah.inbound_hooks SET previous_until = now();
SELECT status FROM stripe('{"id": "evt_6"}');
SELECT howdah.inbound('stripe', 'stripe', function => 'h.take', role => 'hooked');
SELECT status FROM stripe('{"id": "evt_6"}', key => 'whsec_new');

-- The others.
SELECT howdah.inbound('hub', 'github', 'hush', function => 'h.take', role => 'hooked');
SELECT * FROM post('hub', jsonb_build_object('x-hub-signature-256', 'sha256=' || mac('hush', 'payload=%7B%22ref%22%3A1%7D'),
    'x-github-event', 'push', 'x-github-delivery', '1', 'content-type', 'application/x-www-form-urlencoded'), 'payload=%7B%22ref%22%3A1%7D');
SELECT * FROM post('hub', jsonb_build_object('x-hub-signature-256', 'sha256=' || mac('hush', 'payload=%7B%22ref%22%3A1%7D'),
    'x-github-event', 'push', 'x-github-delivery', '2', 'content-type', 'application/x-www-form-urlencoded'), 'payload=%7B%22ref%22%3A1%7D');
SELECT howdah.inbound('std', 'standard', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', function => 'h.take', role => 'hooked');
SELECT * FROM post('std', jsonb_build_object('webhook-id', 'msg_1', 'webhook-timestamp', floor(extract(epoch FROM now()))::text,
    'webhook-signature', howdah_private.webhook_sign('msg_1', floor(extract(epoch FROM now()))::int8, '{"type":"a.b"}', ARRAY['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])), '{"type":"a.b"}');
SELECT howdah.inbound('slack', 'slack', 'hush', function => 'h.take', role => 'hooked');
CREATE FUNCTION slack(body text) RETURNS TABLE (status int, answer text) LANGUAGE sql AS $$
    SELECT * FROM post('slack', jsonb_build_object('x-slack-request-timestamp', floor(extract(epoch FROM now()))::text, 'x-slack-signature',
        'v0=' || mac('hush', 'v0:' || floor(extract(epoch FROM now())) || ':' || body)), body) $$;
SELECT * FROM slack('{"type": "url_verification", "challenge": "c-1"}');
SELECT * FROM slack('{"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}');
SELECT howdah.inbound('own', 'hmac', 'hush', function => 'h.take', role => 'hooked', options => '{"prefix": "x=", "event": "/kind", "id": "/no"}');
SELECT * FROM post('own', jsonb_build_object('x-signature', 'x=' || mac('hush', '{"kind":"k","no":7}'), 'content-type', 'application/json'), '{"kind":"k","no":7}');
SELECT * FROM post('own', jsonb_build_object('x-signature', 'x=' || mac('hush', 'plain'), 'content-type', 'text/plain'), 'plain');
SELECT * FROM post('own', jsonb_build_object('x-signature', 'x=' || mac('hush', '')), '');
SELECT name, keep FROM howdah.inbound_hooks ORDER BY name;
SELECT message - 'received_at' AS message FROM h.got WHERE message ->> 'hook' <> 'stripe' ORDER BY n;

-- To a queue, as its owner: in the transaction that answers.
SELECT queue.create('payments');
SELECT howdah.inbound('paid', 'github', 'hush', queue => 'payments');
SELECT * FROM post('paid', jsonb_build_object('x-hub-signature-256', 'sha256=' || mac('hush', '{"n":12345678901234567890.50}'),
    'x-github-event', 'push', 'content-type', 'application/json'), '{"n":12345678901234567890.50}');
SELECT (howdah.request('POST', '/hooks/in/paid', '{"x-hub-signature-256": "sha256=00"}', '{}')).status;
SELECT message - 'received_at' - 'id' AS message FROM queue.read('payments', 30, 10);

-- What is no hook.
SELECT howdah.inbound('x', 'paypal', 's', function => 'h.take', role => 'hooked');
SELECT howdah.inbound('x', 'stripe', 's', function => 'h.take', role => 'hooked', options => '{"header": "x"}');
SELECT howdah.inbound('x', 'standard', 'short', function => 'h.take', role => 'hooked');
SELECT howdah.inbound('x', 'stripe', function => 'h.take', role => 'hooked');
SELECT howdah.inbound('x', 'stripe', '', function => 'h.take', role => 'hooked');
SELECT howdah.inbound('x', 'stripe', 's');
SELECT howdah.inbound('x', 'stripe', 's', queue => 'q', function => 'h.take');
SELECT howdah.inbound('x', 'stripe', 's', queue => 'nobody');
SELECT howdah.inbound('x', 'stripe', 's', function => 'h.none');
SELECT howdah.inbound('x', 'stripe', 's', function => 'h.take');
SELECT howdah.inbound('x', 'stripe', 's', function => 'h.take', role => 'anon');
SELECT howdah.inbound('a b', 'stripe', 's', function => 'h.take', role => 'hooked');
SELECT howdah.inbound('x', 'stripe', 's', function => 'h.take', role => 'hooked', keep => '1 s');

-- What is known is forgotten in time.
SELECT count(*) > 5 AS known FROM howdah.inbound_seen;
UPDATE howdah.inbound_seen SET until = now() - interval '1 s' WHERE hook <> 'slack';
SELECT howdah_private.inbound_forget();
SELECT hook, id FROM howdah.inbound_seen;
SELECT howdah.off_inbound('slack'), howdah.off_inbound('slack');
SELECT count(*) FROM howdah.inbound_seen;
SELECT status FROM slack('{}');

-- Only the DBA makes them; nobody sees them.
SET ROLE service_role;
SELECT howdah.inbound('x', 'stripe', 's', function => 'h.take', role => 'hooked');
SELECT count(*) FROM howdah.inbound_hooks;
RESET ROLE;
DROP OWNED BY hooked CASCADE; DROP ROLE hooked;
