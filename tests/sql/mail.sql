-- Mail: what may be sent, what a template makes of it, how a transport is chosen, to whom nothing goes.
\set VERBOSITY terse
SELECT howdah.send_email('Ada <Ada@Example.net>', 'Hello', text => 'Hi') > 0 AS sent;
SELECT payload, recipient, lane, tenant FROM howdah.outbox_entries;

-- What is wrong is told to whoever asks, without a value of it; nothing is kept of it.
SELECT howdah.send_email('ada@example.net' || E'\r\nBcc: eve@example.org', 'x', text => 'y');
SELECT howdah.send_email('ada@example.net', E'x\r\nBcc: eve@example.org', text => 'y');
SELECT howdah.send_email('ada@example.net', 'x', text => 'y', headers => '{"Bcc": "eve@example.org"}');
SELECT howdah.send_email('ada@example.net', 'x', text => 'y', headers => '{"X-A": "b\nBcc: eve@example.org"}');
SELECT howdah.send_email('ada@example.net', 'x');
SELECT howdah.send_email('ada@example.net', text => 'y');
SELECT howdah.send_email('ada@example.net', 'x', text => 'y', attachments => '[{"name": "a", "storage": "bucket/a"}]');
SELECT howdah.send_email('ada@example.net, bob@example.net', 'x', text => 'y', unsubscribe => 'news');
SELECT howdah.send_emails(ARRAY['{"to": "ada@example.net", "subjet": "x", "text": "y"}']::jsonb[]);
SELECT howdah.send_emails(ARRAY['{"to": "ada@example.net", "subject": "x", "text": "y"}', '{"to": "ada"}']::jsonb[]);
SELECT count(*) FROM howdah.outbox_entries;
SELECT cardinality(howdah.send_emails(ARRAY['{"to": "b@example.net", "subject": "x", "text": "y"}', '{"to": "c@example.net", "subject": "x", "text": "y", "tenant": "t"}']::jsonb[])) AS ids,
       howdah.send_emails('{}') AS none;

-- Templates: languages, layouts, versions.
SELECT howdah.set_email_template('layout', html => '<main>{% block body %}{% endblock %}</main>');
SELECT howdah.set_email_template('hello', 'Hi {{ name }}', '{% extends "layout" %}{% block body %}<b>{{ name }}</b>{% endblock %}', 'Hi {{ name }}!');
SELECT howdah.set_email_template('hello', 'Hallo {{ name }}', text => 'Hallo {{ name }}!', locale => 'de');
SELECT subject, html, text FROM howdah.preview_email('hello', '{"name": "<Ada>\r\nBcc: x"}');
SELECT subject, html, text FROM howdah.preview_email('hello', '{"name": "Ada"}', 'de-AT');
SELECT subject FROM howdah.preview_email('hello', '{"name": "Ada"}', 'fr');
SELECT howdah.set_email_template('bad', 'x', text => '{{ x|nope }}');
SELECT howdah.set_email_template('bad', 'x', text => E'a\n{% for %}');
SELECT howdah.set_email_template('Bad', 'x', text => 'y');
SELECT howdah.set_email_template('bad', 'x');
SELECT howdah.send_email('ada@example.net', template => 'nobody');
SELECT howdah.set_email_template('sum', 'x', text => '{{ 1 + a }}');
SELECT howdah.send_email('ada@example.net', template => 'sum', vars => '{"a": {}}');
-- A mail keeps the version that it was asked for with.
DELETE FROM howdah.outbox_entries;
SELECT howdah.send_email('ada@example.net', template => 'hello', vars => '{"name": "Ada"}') > 0 AS sent;
SELECT howdah.set_email_template('hello', 'Changed', text => 'changed');
SELECT howdah.drop_email_template('hello'), howdah.drop_email_template('hello', 'fr');

-- Nothing leaves while there is neither transport nor inbox, and no attempt is counted.
SELECT count(*) FROM howdah.lease('{email}', 10, 30);
SELECT state, attempts, due_at > now() AS later FROM howdah.outbox_entries;
UPDATE howdah.outbox_entries SET due_at = now();
SELECT howdah.set_email_transport('relay', 'smtp', '{"host": "smtp.example.com", "user": "shop", "from": "Shop <shop@example.com>"}', 'pass');
SELECT secret LIKE 's1.%' AS sealed, hook_secret FROM howdah.email_transports;
SELECT payload #- '{mail,date}' #- '{mail,message_id}' AS payload, payload #>> '{mail,message_id}' ~ '^<[0-9]+[.][0-9a-f]{24}@example[.]com>$' AS id
FROM howdah.lease('{email}', 10, 30);

-- Transports that cannot work.
SELECT howdah.set_email_transport('x', 'pigeon');
SELECT howdah.set_email_transport('x', 'smtp', '{"host": "a b"}');
SELECT howdah.set_email_transport('x', 'smtp', '{"host": "a", "tls": "maybe"}');
SELECT howdah.set_email_transport('x', 'smtp', '{"host": "a", "password": "x"}');
SELECT howdah.set_email_transport('x', 'ses', '{"region": "eu-west-1/../x", "access_key_id": "AKIDEXAMPLEAKIDEXAMPLE"}');
SELECT howdah.set_email_transport('x', 'mailgun', '{}');
SELECT howdah.set_email_transport('x', 'smtp', '{"host": "a", "from": "nobody"}');
-- One is drawn by weight; a further attempt takes the other; a tenant's own are his alone.
SELECT howdah.set_email_transport('heavy', 'smtp', '{"host": "a"}', weight => 3), howdah.set_email_transport('relay', 'smtp', '{"host": "b"}', weight => 1),
       howdah.set_email_transport('off', 'smtp', '{"host": "c"}', weight => 0), howdah.set_email_transport('last', 'smtp', '{"host": "d"}', priority => 9),
       howdah.set_email_transport('own', 'smtp', '{"host": "e"}', tenant => 't');
SELECT name, round(count(*) / 400.0) AS of_ten FROM (SELECT howdah_private.mail_transport(i, '', 1) ->> 'name' AS name FROM generate_series(1, 4000) i) t GROUP BY 1 ORDER BY 1;
SELECT string_agg(DISTINCT t.order, ' | ' ORDER BY t.order) FROM (SELECT (SELECT string_agg(howdah_private.mail_transport(i, '', a) ->> 'name', ' ' ORDER BY a)
    FROM generate_series(1, 4) a) AS order FROM generate_series(1, 50) i) t;
SELECT howdah_private.mail_transport(1, 't', 1) ->> 'name' AS tenant, howdah_private.mail_transport(1, 'u', 3) ->> 'name' AS third;

-- To whom nothing goes.
SELECT howdah.suppress_email('Ada@Example.net'), howdah.suppress_email('bob@example.net', 'news');
SELECT howdah.suppress_email('nobody');
DELETE FROM howdah.outbox_entries;
SELECT auth.set('api_external_url', 'https://api.example.com');
SELECT howdah.send_email('ada@example.net, bob@example.net', 'x', text => 'y', unsubscribe => 'news');
SELECT howdah.send_email('ada@example.net', 'x', text => 'y', unsubscribe => E'a\nb');
SELECT howdah.send_email('ada@example.net', 'x', text => 'y') > 0, howdah.send_email('bob@example.net', 'x', text => 'y', unsubscribe => 'news') > 0,
       howdah.send_email('bob@example.net', 'x', text => 'y', unsubscribe => 'other') > 0, howdah.send_email('ada@example.net, carl@example.net', 'x', text => 'y') > 0;
SELECT howdah.set('mail.from', 'shop@example.com');
SELECT payload #>> '{mail,to}' AS to, payload #> '{mail,only}' AS only, payload #>> '{mail,unsubscribe}' AS list FROM howdah.lease('{email}', 10, 30) ORDER BY id;
SELECT recipient, error FROM howdah.deliveries ORDER BY recipient;
SELECT howdah.allow_email('ada@example.net'), howdah.allow_email('ada@example.net');

-- Keys for DKIM: a record that DNS can hold; the private key in no table as it is.
SELECT regexp_replace(howdah.set_dkim_key('Example.com', 's1'), '[A-Za-z0-9+/]{100,}', '…', 'g');
SELECT howdah.set_dkim_key('example.com', 's1', 'x');
SELECT howdah.set_dkim_key('example.com', 's 1');
SELECT key LIKE 's1.%' AS sealed FROM howdah.dkim_keys;
SELECT howdah.drop_dkim_key('example.com');
SELECT howdah.dkim_record('example.com'), howdah.drop_dkim_key('example.com');

-- Settings.
SELECT howdah.set('mail.from', E'x\r\n<a@b.example>');
SELECT howdah.set('mail.inbox', 'short');
-- Only who was given it may send.
SET ROLE anon;
SELECT howdah.send_email('ada@example.net', 'x', text => 'y');
RESET ROLE;
