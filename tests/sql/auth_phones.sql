-- Phone numbers: signing up and in, changing them, by which way messages go out, numbers with a code of their own.
\ir asking.psql
CREATE FUNCTION dial(phone text, more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql AS $$ SELECT jsonb_build_object('phone', dial.phone) || dial.more $$;
\set secret '{"password": "a long enough secret 1"}'

-- Off unless they are switched on.
SELECT told('POST', '/signup', dial('+491511000001', :'secret')) AS up, told('POST', '/otp', dial('+491511000001')) AS code,
    told('POST', '/token?grant_type=password', dial('+491511000001', :'secret')) AS "in", told('POST', '/resend', dial('+491511000001', '{"type": "sms"}')) AS again;
SELECT auth.set('external_phone_enabled', 'true');

-- Signed up, the number waits for its code; a new code is good in the place of the old one.
SELECT told('POST', '/signup', dial('+49 1511 000001', :'secret'::jsonb || '{"data": {"name": "P"}}'));
SELECT told('POST', '/token?grant_type=password', dial('+491511000001', :'secret')) AS unconfirmed,
    told('POST', '/token?grant_type=password', dial('+491511000001', '{"password": "wrong"}')) AS wrong;
SELECT code('491511000001') AS first \gset
SELECT told('POST', '/resend', dial('+491511000001', '{"type": "sms"}')) AS again;
SELECT told('POST', '/verify', dial('+491511000001', jsonb_build_object('type', 'sms', 'token', :'first'))) AS former,
    told('POST', '/verify', dial('+491511000001', jsonb_build_object('type', 'phone_change', 'token', code('491511000001')))) AS other_type,
    told('POST', '/verify', dial('+491511000002', jsonb_build_object('type', 'sms', 'token', code('491511000001')))) AS other_number,
    told('POST', '/verify', dial('+491511000001', jsonb_build_object('type', 'sms', 'token', code('491511000001')))) AS confirmed,
    told('POST', '/verify', dial('+491511000001', jsonb_build_object('type', 'sms', 'token', code('491511000001')))) AS twice;
SELECT u.phone, u.phone_confirmed_at IS NOT NULL AS confirmed, u.email, u.raw_app_meta_data AS app, u.raw_user_meta_data - 'sub' AS meta,
    i.provider, i.provider_id = u.id::text AS by_id
FROM auth.users AS u JOIN auth.identities AS i ON i.user_id = u.id;
SELECT told('POST', '/token?grant_type=password', dial('491511000001', :'secret')) AS "in",
    told('POST', '/token?grant_type=password', dial('0151 1000001', :'secret')) AS no_number,
    told('POST', '/signup', dial('+491511000003', :'secret'::jsonb || '{"code_challenge": "x", "code_challenge_method": "s256"}')) AS pkce,
    told('POST', '/signup', dial('+491511000003', :'secret'::jsonb || '{"email": "a@example.com"}')) AS both;
-- Whoever asked for a code gets in alone: a sign-up in between confirms no password, and a code that is sent again is of its kind.
SELECT told('POST', '/otp', dial('+491511000005')) AS owner, told('POST', '/signup', dial('+491511000005', :'secret')) AS squatter;
SELECT told('POST', '/resend', dial('+491511000005', '{"type": "sms"}')) AS again;
SELECT told('POST', '/verify', dial('+491511000005', jsonb_build_object('type', 'sms', 'token', code('491511000005')))) AS owner;
SELECT told('POST', '/token?grant_type=password', dial('+491511000005', :'secret')) AS squatter;
-- A number that is taken: as any other, and nothing is sent.
SELECT count(*) AS sent FROM howdah.outbox_entries \gset
SELECT a.status, a.body ->> 'phone' AS phone, a.body ? 'confirmation_sent_at' AS sent_at,
    NOT EXISTS (SELECT 1 FROM auth.users WHERE id = (a.body ->> 'id')::uuid) AS made_up
FROM ask('POST', '/signup', dial('+491511000001', :'secret')) AS a;
SELECT count(*) - :sent AS sent FROM howdah.outbox_entries;
-- Confirmed: nothing to send again. Codes sign in.
SELECT told('POST', '/resend', dial('+491511000001', '{"type": "sms"}')) AS again;
SELECT count(*) - :sent AS sent FROM howdah.outbox_entries;
SELECT told('POST', '/otp', dial('+491511000001', '{"create_user": false}')) AS code;
SELECT told('POST', '/verify', dial('+491511000001', jsonb_build_object('type', 'sms', 'token', code('491511000001')))) AS "in";
SELECT told('POST', '/otp', dial('+491511000009', '{"create_user": false}')) AS nobody;
SELECT count(*) AS users FROM auth.users WHERE phone = '491511000009';

-- With auto-confirm a sign-up is a session.
SELECT auth.set('sms_autoconfirm', 'true');
SELECT told('POST', '/signup', dial('+491511000002', :'secret')) AS free, told('POST', '/signup', dial('+491511000002', :'secret')) AS taken,
    told('POST', '/token?grant_type=password', dial('+491511000002', :'secret')) AS "in";
SELECT count(*) AS messages FROM howdah.outbox_entries WHERE recipient = '491511000002';
SELECT body ->> 'access_token' AS auto FROM ask('POST', '/token?grant_type=password', dial('+491511000002', :'secret')) \gset
SELECT told('PUT', '/user', dial('+491511000022'), :'auto') AS at_once;
SELECT phone, phone_change FROM auth.users WHERE phone IN ('491511000002', '491511000022');
SELECT told('PUT', '/user', dial('+491511000001'), :'auto') AS taken;
SELECT auth.reset('sms_autoconfirm');

-- A new number takes the old one's place when it is proven, and the address is told.
SELECT body ->> 'access_token' AS token, body -> 'user' ->> 'id' AS id FROM ask('POST', '/token?grant_type=password', dial('+491511000001', :'secret')) \gset
UPDATE auth.users SET email = 'p@example.com', email_confirmed_at = now() WHERE id = :'id';
SELECT told('PUT', '/user', dial('+491511000022'), :'token') AS taken, told('PUT', '/user', dial('nonsense'), :'token') AS no_number;
SELECT a.body ->> 'phone' AS phone, a.body ->> 'new_phone' AS new_phone, a.body ? 'phone_change_sent_at' AS sent_at FROM ask('PUT', '/user', dial('+491511000011'), :'token') AS a;
SELECT code('491511000011') AS first \gset
SELECT told('POST', '/resend', dial('+491511000001', '{"type": "phone_change"}')) AS again, code('491511000011') <> :'first' AS anew;
SELECT told('POST', '/verify', dial('+491511000011', jsonb_build_object('type', 'sms', 'token', code('491511000011')))) AS other_type,
    told('POST', '/verify', dial('+491511000011', jsonb_build_object('type', 'phone_change', 'token', :'first'))) AS former,
    told('POST', '/token?grant_type=password', dial('+491511000011', :'secret')) AS not_yet,
    told('POST', '/verify', dial('+491511000011', jsonb_build_object('type', 'phone_change', 'token', code('491511000011')))) AS proven;
SELECT phone, phone_change, raw_user_meta_data ->> 'phone_verified' AS verified FROM auth.users WHERE id = :'id';
SELECT told('POST', '/token?grant_type=password', dial('+491511000001', :'secret')) AS former,
    told('POST', '/token?grant_type=password', dial('+491511000011', :'secret')) AS new;
SELECT message, text FROM howdah.outbox_peek('p@example.com') WHERE message = 'phone_changed_notification';

-- What was asked to go by WhatsApp never goes by SMS.
SELECT told('POST', '/otp', dial('+491511000011', '{"channel": "whatsapp"}')) AS code, told('POST', '/signup', dial('+491511000030', :'secret'::jsonb || '{"channel": "whatsapp"}')) AS up,
    told('PUT', '/user', dial('+491511000031', '{"channel": "whatsapp"}'), :'token') AS change, told('POST', '/otp', dial('+491511000011', '{"channel": "telegram"}')) AS unknown;
SELECT count(*) AS sent FROM howdah.outbox_entries WHERE recipient IN ('491511000030', '491511000031');
SELECT auth.set('sms_channels', 'telegram');
SELECT auth.set('sms_channels', ' sms, whatsapp');
SELECT told('POST', '/otp', dial('+491511000011', '{"channel": "whatsapp"}')) AS code, told('POST', '/signup', dial('+491511000030', :'secret'::jsonb || '{"channel": "whatsapp"}')) AS up,
    told('PUT', '/user', dial('+491511000031', '{"channel": "whatsapp"}'), :'token') AS change;
SELECT told('POST', '/otp', dial('+491511000011')) AS not_named;
SELECT recipient, payload ->> 'channel' AS channel FROM howdah.outbox_entries WHERE recipient IN ('491511000011', '491511000030', '491511000031') AND created_at >= (
    SELECT max(created_at) FROM howdah.outbox_entries WHERE recipient = '491511000030') ORDER BY id;
SELECT payload ->> 'actor_id' = :'id' AS his, payload -> 'traits' ->> 'channel' AS channel FROM auth.audit_log_entries
WHERE payload::jsonb -> 'traits' ? 'channel' ORDER BY created_at DESC LIMIT 2;
SELECT auth.set('sms_channels', 'whatsapp');
SELECT told('POST', '/otp', dial('+491511000011', '{"channel": "sms"}')) AS sms, told('POST', '/otp', dial('+491511000011')) AS not_named;
SELECT payload ->> 'channel' AS channel FROM howdah.outbox_entries ORDER BY id DESC LIMIT 1;
SELECT auth.reset('sms_channels');

-- Numbers with a code of their own get no message.
SELECT auth.set('sms_test_otp', '+49 1511 000040=123456, 491511000041:0000');
SELECT auth.set('sms_test_otp', '+49 1511 000040=12345x');
SELECT count(*) AS sent FROM howdah.outbox_entries \gset
SELECT told('POST', '/otp', dial('+491511000040')) AS code, told('POST', '/signup', dial('+491511000041', :'secret')) AS up;
SELECT count(*) - :sent AS sent FROM howdah.outbox_entries;
SELECT told('POST', '/verify', dial('+491511000040', '{"type": "sms", "token": "0000"}')) AS wrong, told('POST', '/verify', dial('+491511000040', '{"type": "sms", "token": "123456"}')) AS "in",
    told('POST', '/verify', dial('+491511000040', '{"type": "sms", "token": "123456"}')) AS twice, told('POST', '/verify', dial('+491511000041', '{"type": "sms", "token": "0000"}')) AS confirmed;
SELECT body ->> 'access_token' AS test FROM ask('POST', '/token?grant_type=password', dial('+491511000041', :'secret')) \gset
-- Five wrong ones burn it as any other; a change of number takes it.
SELECT told('POST', '/otp', dial('+491511000040'));
SELECT told('POST', '/verify', dial('+491511000040', '{"type": "sms", "token": "999999"}')) FROM generate_series(1, 5);
SELECT told('POST', '/verify', dial('+491511000040', '{"type": "sms", "token": "123456"}')) AS burnt;
UPDATE auth.users SET phone = NULL WHERE phone = '491511000040';
SELECT told('PUT', '/user', dial('+491511000040'), :'test') AS change;
SELECT told('POST', '/verify', dial('+491511000040', '{"type": "phone_change", "token": "123456"}')) AS proven;
-- Until they end.
SELECT auth.set('sms_test_otp_valid_until', 'tomorrow');
SELECT auth.set('sms_test_otp_valid_until', '2999-12-31T23:59:59Z');
SELECT told('POST', '/otp', dial('+491511000040')) AS before;
SELECT count(*) - :sent AS sent FROM howdah.outbox_entries;
SELECT auth.set('sms_test_otp_valid_until', '2001-01-01T00:00:00+01:00');
SELECT told('POST', '/otp', dial('+491511000040')) AS after;
SELECT count(*) - :sent AS sent FROM howdah.outbox_entries;
SELECT told('POST', '/verify', dial('+491511000040', jsonb_build_object('type', 'sms', 'token', code('491511000040')))) AS "in";
