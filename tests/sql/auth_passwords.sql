-- Passwords: rules, hashes, attempts. As howdah_owner, whom the flows run as.
GRANT TEMPORARY ON DATABASE auth_passwords TO howdah_owner;
-- Cheap hashes are refused where howdah.env does not say that this is a test.
SET howdah.test_fast_hash = on;
\set VERBOSITY sqlstate
SELECT howdah_private.password_hash('correct horse');
SET howdah.env = 'test';
SET ROLE anon;
SET howdah.env = 'test';
SET howdah.test_fast_hash = on;
SELECT howdah_private.password_hash('correct horse');
RESET ROLE;
\set VERBOSITY default

SET ROLE howdah_owner;
-- Ours: argon2id; no two alike.
SELECT howdah_private.password_hash('correct horse') ~ '^[$]argon2id[$]v=19[$]m=64,t=1,p=1[$][A-Za-z0-9+/]{22}[$][A-Za-z0-9+/]{43}$' AS phc,
       howdah_private.password_hash('correct horse') <> howdah_private.password_hash('correct horse') AS salted;
SELECT left(t.tried, 20) AS tried, howdah_private.password_verify(t.tried, howdah_private.password_hash('correct hörse ')) AS fits
FROM (VALUES ('correct hörse '), ('correct hörse'), ('correct ho' || U&'\0308' || 'rse '), ('Correct hörse '), (''), (repeat('x', 1025))) AS t (tried);
-- Imported ones, each made elsewhere of "correct horse battery staple"; Firebase's of "mytestpassword".
CREATE TEMPORARY TABLE imported (kind text, hash text);
INSERT INTO imported VALUES
    ('bcrypt', '$2y$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG'),
    ('django', 'pbkdf2_sha256$1000$NaClNaClNaCl$Yjgv2ldhpZaD1nWilO6B2wcqdx/pg2kewTaiJVKptNs='),
    ('fbscrypt', '$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==');
SELECT kind, howdah_private.password_scheme(hash) AS scheme,
       howdah_private.password_verify('correct horse battery staple', hash) AS fits,
       howdah_private.password_verify('mytestpassword', hash) AS fits_firebase,
       howdah_private.password_needs_rehash(hash) AS anew
FROM imported ORDER BY kind;
-- What asks for too much, or is none, fits nothing and breaks nothing.
SELECT t.hash, howdah_private.password_scheme(t.hash), howdah_private.password_verify('x', t.hash)
FROM (VALUES ('$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0'),
             ('$2b$31$abcdefghijklmnopqrstuulfnPgEn52H3r2dyMtq3rVgWvHj6OWSG'), (''), ('plain'), ('$'), ('$2b$éé')) AS t (hash);

-- Rules, with the dialect's reasons.
SELECT left(t.password, 20) AS password, (a).status, (a).body -> 'weak_password' -> 'reasons' AS reasons, (a).body ->> 'msg' AS message
FROM (VALUES ('short'), ('password1'), ('Lovelace1815'), ('good enough for me'), (NULL), (repeat('x', 257)), (repeat('ab', 600))) AS t (password),
     LATERAL (SELECT howdah_private.auth_check_password(t.password, ARRAY['ada.lovelace@example.com', NULL])) AS c (a);
RESET ROLE;
SELECT auth.set('password_min_length', '15'), auth.set('password_required_characters', 'abc:ABC:\:;');
SELECT (a).status, (a).body -> 'weak_password' AS weak, (a).body ->> 'msg' AS message FROM howdah_private.auth_check_password('good enough') AS a;
SELECT (a).status FROM howdah_private.auth_check_password('good enough for Ada:') AS a;
SELECT auth.reset('password_min_length'), auth.reset('password_required_characters');
\set VERBOSITY sqlstate
SELECT auth.set('password_min_length', '5');
SELECT auth.set('password_hash_memory', '19455');
\set VERBOSITY default

-- A user with an imported hash signs in: the hash is made anew, and fits as before.
INSERT INTO auth.users (id, email, encrypted_password)
SELECT '00000000-0000-4000-8000-000000000001', 'ada@example.com', hash FROM imported WHERE kind = 'bcrypt';
INSERT INTO auth.users (id, email, encrypted_password) VALUES ('00000000-0000-4000-8000-000000000002', 'bob@example.com', NULL);
INSERT INTO auth.users (id, email, encrypted_password, deleted_at)
SELECT '00000000-0000-4000-8000-000000000003', 'cat@example.com', hash, now() FROM imported WHERE kind = 'bcrypt';
SET ROLE howdah_owner;
SELECT howdah_private.auth_verify_password('00000000-0000-4000-8000-000000000001', 'wrong') AS wrong,
       howdah_private.auth_verify_password('00000000-0000-4000-8000-000000000001', 'correct horse battery staple') AS "right",
       howdah_private.auth_verify_password('00000000-0000-4000-8000-000000000001', 'correct horse battery staple') AS again,
       howdah_private.auth_verify_password('00000000-0000-4000-8000-000000000002', 'correct horse battery staple') AS without,
       howdah_private.auth_verify_password('00000000-0000-4000-8000-000000000003', 'correct horse battery staple') AS deleted,
       howdah_private.auth_verify_password(NULL, 'correct horse battery staple') AS nobody;
SELECT left(encrypted_password, 28) AS hash FROM auth.users WHERE email = 'ada@example.com';

-- Attempts: ten wrong ones cost no wait, each further one twice the one before; the answer is the same where nobody is.
CREATE TEMPORARY TABLE answers AS
SELECT n, t.who, (a.refusal).status, ((a.refusal).headers ->> 'Retry-After')::int BETWEEN 5 AND 10 AS soon, a.fits, (a.refusal).body
FROM (VALUES ('00000000-0000-4000-8000-000000000001'::uuid, 'ada'), (NULL, 'nobody')) AS t (id, who),
     generate_series(1, 12) AS n, LATERAL howdah_private.auth_try_password(t.id, t.who, 'wrong ' || n) AS a;
SELECT DISTINCT who, min(n), max(n), status, soon, fits FROM answers GROUP BY who, status, soon, fits ORDER BY who, 2;
SELECT count(DISTINCT body::text) AS bodies, min(body::text) AS body FROM answers WHERE status IS NOT NULL;
-- The right one has to wait, too; what is no password is not an attempt.
SELECT (a.refusal).status, a.fits FROM howdah_private.auth_try_password('00000000-0000-4000-8000-000000000001', 'ada', 'correct horse battery staple') AS a;
SELECT (a.refusal).status, (a.refusal).body ->> 'error_code' AS error, a.fits
FROM (VALUES (''), (NULL), (repeat('x', 1025))) AS t (password), LATERAL howdah_private.auth_try_password('00000000-0000-4000-8000-000000000001', 'ada', t.password) AS a;
SELECT place, failures FROM auth.attempts WHERE account = '00000000-0000-4000-8000-000000000001' ORDER BY place;
-- The wait grows, and ends at a quarter of an hour.
UPDATE auth.attempts SET failures = 13 WHERE place = 'local';
SELECT w.known, w.seconds BETWEEN 79 AND 80 AS doubled FROM howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', 0) AS w;
UPDATE auth.attempts SET failures = 60 WHERE place = 'local';
SELECT w.seconds BETWEEN 899 AND 900 AS longest FROM howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', 0) AS w;
-- Waited long enough: one more attempt, and the right password ends it all and makes the device known.
UPDATE auth.attempts SET failures = 10, failed_at = now() - interval '11 seconds' WHERE place = 'local';
SELECT (a.refusal).status, a.fits FROM howdah_private.auth_try_password('00000000-0000-4000-8000-000000000001', 'ada', 'correct horse battery staple') AS a;
SELECT regexp_replace(place, '[0-9a-f]{32}', 'x') AS place, failures, expires_at > now() + interval '89 days' AS kept
FROM auth.attempts WHERE account = '00000000-0000-4000-8000-000000000001';
-- A hundred failures from wherever: only the known device may try.
INSERT INTO auth.attempts VALUES ('00000000-0000-4000-8000-000000000001', 'all', 100, now(), now() + interval '1 day');
SELECT w.known, w.seconds FROM howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', 0) AS w;
DELETE FROM auth.attempts WHERE place LIKE 'device %';
SELECT w.known, w.seconds FROM howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', 0) AS w;
-- Until the owner comes in by a code, or a month has passed.
SELECT howdah_private.auth_issue_session('00000000-0000-4000-8000-000000000001', 'otp') ? 'access_token' AS in_by_code;
SELECT w.seconds FROM howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', 0) AS w;
-- Attempts in flight count as failures: at the ninth, one at a time.
INSERT INTO auth.attempts VALUES ('00000000-0000-4000-8000-000000000001', 'local', 9, now(), now() + interval '1 day');
SELECT n, w.seconds > 0 AS waits FROM generate_series(0, 1) AS n, LATERAL howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', n) AS w;
-- What has expired counts no more, and goes a little with each failure.
UPDATE auth.attempts SET expires_at = now() - interval '1 second';
SELECT w.seconds FROM howdah_private.auth_attempt_wait('00000000-0000-4000-8000-000000000001', 0) AS w;
SELECT (a.refusal).status, a.fits FROM howdah_private.auth_try_password('00000000-0000-4000-8000-000000000002', 'bob', 'wrong') AS a;
SELECT account, place, failures FROM auth.attempts ORDER BY 1, 2;
-- Networks: what one subscriber has.
SELECT howdah_private.auth_network(t.a) FROM (VALUES ('203.0.113.77'::inet), ('2001:db8:1:2ff:3::4'), (NULL)) AS t (a);

-- A pepper: of the key file. Turned off again, hashes that have it still fit, and are made anew.
RESET ROLE;
SELECT auth.set('password_pepper_enabled', 'true');
SET ROLE howdah_owner;
CREATE TEMPORARY TABLE peppered AS SELECT howdah_private.password_hash('correct horse') AS hash;
SELECT hash ~ ',keyid=' AS peppered, howdah_private.password_verify('correct horse', hash) AS fits, howdah_private.password_needs_rehash(hash) AS anew FROM peppered;
RESET ROLE;
SELECT auth.reset('password_pepper_enabled');
SET ROLE howdah_owner;
SELECT howdah_private.password_verify('correct horse', hash) AS fits, howdah_private.password_needs_rehash(hash) AS anew FROM peppered;
RESET ROLE;

-- Locks of ours are not to be had by SQL: an advisory lock of the same numbers is another.
SELECT pg_advisory_lock(0, 0), pg_advisory_lock(0, 1);
SELECT howdah_private.password_verify('x', howdah_private.password_hash('x')) AS fits;
SELECT pg_advisory_unlock_all();

-- The grants of /token that hash nothing do not travel with those that do.
SELECT r ->> 'lane' AS lane, r -> 'light' AS light
FROM jsonb_array_elements(howdah.proxy_config()::jsonb -> 'routes') AS r WHERE r ->> 'pattern' = '/auth/v1/token';

-- Nothing of a sign-in reads a table from end to end.
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT u.encrypted_password FROM auth.users AS u WHERE u.id > '00000000-0000-4000-8000-000000000001' ORDER BY u.id LIMIT 1;
EXPLAIN (COSTS OFF) SELECT x.account FROM auth.attempts AS x WHERE x.expires_at < now() ORDER BY x.expires_at LIMIT 8;
