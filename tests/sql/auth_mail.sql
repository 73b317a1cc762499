-- Addresses, redirects, links, templates, messages.
-- Normal forms; NULL where there is none.
SELECT howdah_private.auth_normalize_email('Ada@Example.COM') AS email, howdah_private.auth_normalize_email(E'a@b.c\r\nBcc: x@y.z') IS NULL AS refused,
       howdah_private.auth_normalize_phone('+49 30 901820') AS phone, howdah_private.auth_normalize_phone('030901820') IS NULL AS no_country;

-- Nothing is guessed from a request: until the DBA says where links lead, there are none, and the hint says what to do.
SELECT howdah_private.auth_redirect('https://app.example.com/');
SELECT howdah_private.auth_link('signup', 'TOKEN', NULL);
SELECT auth.set('site_url', 'https://app.example.com/');
SELECT howdah_private.auth_redirect(NULL);
SELECT auth.set('api_external_url', 'https://api.example.com/');

-- Where links may lead: what is not allowed leads to the site, without a word.
SELECT auth.set('uri_allow_list', ' https://docs.example.com/v*/** , com.example.app://callback');
SELECT wanted, howdah_private.auth_redirect(wanted) AS leads_to FROM (VALUES (NULL), ('https://app.example.com/welcome?x=1'),
    ('https://docs.example.com/v2/a/b'), ('com.example.app://callback'), ('https://docs.example.com/w/a'), ('https://evil.example/'),
    ('https://app.example.com@evil.example/'), ('//app.example.com/'), (E'https://app.example.com/\r\nx'), ('javascript:alert(1)')) AS t (wanted);
\set VERBOSITY terse
SELECT auth.set('uri_allow_list', 'https://*.example.com/cb');
SELECT auth.set('uri_allow_list', 'https://ok.example.com/cb, http://app.example.com/cb');
SELECT auth.set('site_url', 'javascript:alert(1)');
SELECT auth.set('api_external_url', 'com.example.app://x');
\set VERBOSITY default
SELECT howdah_private.auth_link('confirmation', 'pkce_a b&c', 'https://app.example.com/?a=b&c=d') AS link,
       howdah_private.auth_link('magic_link', 't', '', page => true) AS page;

-- Templates: what is shipped, what a DBA writes in GoTrue's spelling or in ours, languages, and what is refused.
SELECT kind, subject, html IS NOT NULL AS html, text IS NOT NULL AS text, is_shipped FROM auth.templates_all ORDER BY kind;
SELECT auth.set_template('recovery', subject => 'Hi {{ .Data.name }}',
    html => '<a href="{{ .ConfirmationURL }}">{{ if eq .Data.name "Ada" }}Countess{{ else }}{{ .Data.name }}{{ end }}</a> {{ .Token }}', text => '');
SELECT auth.set_template('recovery', subject => 'Passwort vergessen', locale => 'de');
SELECT subject, html, text FROM auth.preview_template('recovery');
SELECT subject, html FROM auth.preview_template('recovery', variables => '{"Data": {"name": "<script>alert(1)</script>\r\nBcc: x"}}');
SELECT subject FROM auth.preview_template('recovery', 'de-AT');
SELECT subject FROM auth.preview_template('recovery', 'fr');
SELECT auth.set_template('layout', html => '<main>{% block body %}{% endblock %}{% if ConfirmationURL %}{{ ConfirmationURL }}{% endif %}</main>');
SELECT html FROM auth.preview_template('invite');
SELECT kind, locale FROM auth.templates_all WHERE NOT is_shipped ORDER BY 1, 2;
\set VERBOSITY terse
SELECT auth.set_template('recovery', html => 'a' || chr(10) || '{{ .Nobody }}');
SELECT auth.set_template('recovery', html => '{{ Data.name|safe }}');
SELECT auth.set_template('recovery', subject => '{% for x in Data.l %}');
SELECT auth.set_template('greeting', subject => 'x');
SELECT auth.set_template('recovery', subject => 'x', locale => 'no such!');
SELECT auth.set_template('recovery', subject => repeat('x', 70000));
\set VERBOSITY default
SELECT auth.reset_template('layout'), auth.reset_template('layout');

-- A mail, a code for a phone, a notice: rows of the outbox, with what the DBA needs to see.
INSERT INTO auth.users (id, email, phone, raw_user_meta_data, email_change) VALUES
    ('00000000-0000-4000-8000-000000000001', 'ada@example.com', '4930901820', '{"name": "<b>Ada</b>", "locale": "de-AT"}', 'ada@example.org');
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'signup', 'ada@example.com', '123456', 'SECRET', 'https://app.example.com/x', NULL);
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'recovery', 'ada@example.com', '234567', 'SECRET', NULL, NULL);
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'email_change', 'ada@example.org', '345678', 'SECRET', NULL, NULL);
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'reauthentication', 'ada@example.com', '456789', 'SECRET', NULL, NULL);
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'password_changed', 'ada@example.com', NULL, NULL, NULL, NULL);
SELECT auth.set('mailer_notifications_mfa_factor_enrolled_enabled', 'off');
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'mfa_factor_enrolled_notification', 'ada@example.com', NULL, NULL, NULL, '{"FactorType": "totp"}');
SELECT auth.reset('mailer_notifications_mfa_factor_enrolled_enabled');
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'mfa_factor_enrolled', 'ada@example.com', NULL, NULL, NULL, '{"factor_type": "totp"}');
SELECT howdah_private.auth_send_sms('00000000-0000-4000-8000-000000000001', 'sms', '4930901820', '567890') ~ '^[0-9a-f-]+$' AS id;
SELECT message, sent_to, subject, link, code, state FROM howdah.outbox_peek() ORDER BY created_at, message;
\pset format unaligned
SELECT text FROM howdah.outbox_peek('ada@example.com') WHERE message = 'mfa_factor_enrolled_notification';
SELECT text FROM howdah.outbox_peek('ada@example.org');
SELECT html FROM howdah.outbox_peek('ada@example.com') WHERE message = 'recovery';
SELECT text FROM howdah.outbox_peek('4930901820', 'sms');
\pset format aligned
-- A template that fails with a user's values: the shipped one is sent, and the log says why.
SELECT auth.set_template('magic_link', html => '{% for a in Data.l %}{% for b in Data.l %}{% for c in Data.l %}{{ Data.s }}{% endfor %}{% endfor %}{% endfor %}x', text => 'custom');
UPDATE auth.users SET raw_user_meta_data = jsonb_build_object('l', (SELECT jsonb_agg(n) FROM generate_series(1, 300) n), 's', repeat('x', 1000));
SELECT howdah_private.auth_send_mail('00000000-0000-4000-8000-000000000001', 'magiclink', 'ada@example.com', '678901', 'SECRET', NULL, NULL);
SELECT subject, text LIKE 'Your sign-in link%' AS shipped FROM howdah.outbox_peek() WHERE message = 'magic_link';

-- No role of a request reads mails or writes templates.
SELECT r.rolname, p.oid::regprocedure::text AS function FROM pg_roles r, pg_proc p
WHERE r.rolname IN ('anon', 'authenticated', 'service_role', 'howdah_proxy', 'howdah_courier')
  AND p.proname IN ('outbox_peek', 'set_template', 'reset_template', 'preview_template', 'auth_send_mail', 'auth_send_sms', 'auth_check_rate')
  AND has_function_privilege(r.oid, p.oid, 'EXECUTE');
