-- Limits are rows, and count in one statement.
SELECT name, rule, per, count, period, burst, setting FROM auth.rate_limits ORDER BY name;
-- Three mails at once to one address but for the pause between two, others are not concerned; psql has no address.
SELECT auth.set('smtp_max_frequency', '0');
SELECT n, (a).status, (a).body ->> 'error_code' AS code, regexp_replace((a).body ->> 'msg', '[0-9]+', 'N') AS msg, ((a).headers ->> 'Retry-After')::int > 0 AS wait
FROM generate_series(1, 5) n, LATERAL (SELECT howdah_private.auth_check_rate('email_send', CASE WHEN n > 0 THEN 'ada@example.com' END) AS a) x;
SELECT (howdah_private.auth_check_rate('email_send', 'eve@example.com')).status IS NULL AS another_address;
SELECT (howdah_private.auth_check_rate('verify', NULL)).status IS NULL AS psql;
SELECT (howdah_private.auth_check_rate('no_such_rule', 'x')).status IS NULL AS no_limit;
-- The pause.
SELECT auth.set('smtp_max_frequency', '60');
SELECT n, (a).body ->> 'msg' AS msg
FROM generate_series(1, 2) n, LATERAL (SELECT howdah_private.auth_check_rate('email_send', CASE WHEN n > 0 THEN 'bob@example.com' END) AS a) x;
-- A setting that GoTrue has is the count; 0 is no limit.
INSERT INTO auth.rate_limits (name, rule, per, count, period) VALUES ('test_account', 'test', 'account', 2, '1 hour');
SELECT array_agg((a).status) FROM generate_series(1, 4) n, LATERAL (SELECT howdah_private.auth_check_rate('test', CASE WHEN n > 0 THEN 'k' END) AS a) x;
UPDATE auth.rate_limits SET setting = 'rate_limit_sso' WHERE name = 'test_account';
SELECT auth.set('rate_limit_sso', '0');
SELECT array_agg((a).status) FROM generate_series(1, 4) n, LATERAL (SELECT howdah_private.auth_check_rate('test', CASE WHEN n > 0 THEN 'k' END) AS a) x;
-- It fills up again evenly.
UPDATE auth.rate_limits SET setting = NULL WHERE name = 'test_account';
UPDATE auth.rate_counters SET full_at = full_at - interval '31 minutes';
SELECT array_agg((a).status) FROM generate_series(1, 2) n, LATERAL (SELECT howdah_private.auth_check_rate('test', CASE WHEN n > 0 THEN 'k' END) AS a) x;
-- A large limit is spread over several rows, and lets about as many through at once as it says.
INSERT INTO auth.rate_limits (name, rule, per, count, period) VALUES ('big', 'big', 'global', 4000, '1 hour');
SELECT count(*) FILTER (WHERE (a).status IS NULL) BETWEEN 3000 AND 4010 AS through
FROM generate_series(1, 4300) n, LATERAL (SELECT howdah_private.auth_check_rate('big', CASE WHEN n > 0 THEN 'k' END) AS a) x;
-- Counters tell nobody, and what says nothing any more is swept.
SELECT count(*) > 5 AS counters, bool_and(length(key) = 16) AS hashed FROM auth.rate_counters;
UPDATE auth.rate_counters SET gone_after = now() - interval '1 minute';
SELECT count(howdah_private.auth_sweep_counters()) FROM generate_series(1, 1000) n;
SELECT count(*) FROM auth.rate_counters;
-- Every statement of it finds its row by an index.
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT 1 FROM auth.rate_counters WHERE key = '\x00';
EXPLAIN (COSTS OFF) SELECT key FROM auth.rate_counters WHERE gone_after < now() ORDER BY gone_after LIMIT 500;
