-- howdah_private.install_auth_mail: texts of messages, limits and their counters.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_mail()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.templates (
        kind       pg_catalog.text NOT NULL,
        locale     pg_catalog.text NOT NULL DEFAULT '',
        subject    pg_catalog.text,
        html       pg_catalog.text,
        text       pg_catalog.text,
        updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT templates_pkey PRIMARY KEY (kind, locale)
    );
    COMMENT ON TABLE auth.templates IS
        'Texts of messages that differ from the shipped ones: auth.set_template, auth.reset_template; auth.templates_all shows all.';

    CREATE TABLE auth.rate_limits (
        name    pg_catalog.text CONSTRAINT rate_limits_pkey PRIMARY KEY,
        rule    pg_catalog.text NOT NULL,
        per     pg_catalog.text NOT NULL
                CONSTRAINT rate_limits_per_check CHECK (per IN ('address', 'account', 'global')),
        count   pg_catalog.int4 NOT NULL
                CONSTRAINT rate_limits_count_check CHECK (count BETWEEN 0 AND 1000000000),
        period  pg_catalog.interval NOT NULL
                CONSTRAINT rate_limits_period_check CHECK (period BETWEEN interval '1 second' AND interval '31 days'),
        burst   pg_catalog.int4
                CONSTRAINT rate_limits_burst_check CHECK (burst BETWEEN 1 AND 1000000000),
        setting pg_catalog.text
    );
    CREATE INDEX rate_limits_rule_idx ON auth.rate_limits (rule);
    COMMENT ON TABLE auth.rate_limits IS
        'What may be asked how often: change, add and delete rows; they hold from the next request on.';
    COMMENT ON COLUMN auth.rate_limits.rule IS 'What is asked: the flows name it (howdah_private.auth_check_rate).';
    COMMENT ON COLUMN auth.rate_limits.per IS
        'Counted for each client address (IPv6: its /64), for each account that is meant, or all together.';
    COMMENT ON COLUMN auth.rate_limits.count IS 'So many in a period, evenly; 0: no limit.';
    COMMENT ON COLUMN auth.rate_limits.burst IS 'So many at once, after a pause; NULL: count.';
    COMMENT ON COLUMN auth.rate_limits.setting IS
        'The setting of accounts that says the count; one named *_frequency says the period in seconds.';
    INSERT INTO auth.rate_limits (name, rule, per, count, period, burst, setting) VALUES
        ('signup_address',          'signup',          'address', 30,   '5 minutes', NULL, NULL),
        ('captcha_address',         'captcha',         'address', 60,   '5 minutes', NULL, NULL),
        ('signin_address',          'signin',          'address', 60,   '5 minutes', NULL, NULL),
        ('token_refresh_address',   'token_refresh',   'address', 150,  '5 minutes', NULL, 'rate_limit_token_refresh'),
        ('anonymous_users_address', 'anonymous_users', 'address', 30,   '1 hour',    NULL, 'rate_limit_anonymous_users'),
        ('email_send_otp',          'email_send',      'address', 30,   '5 minutes', NULL, 'rate_limit_otp'),
        ('sms_send_otp',            'sms_send',        'address', 30,   '5 minutes', NULL, 'rate_limit_otp'),
        ('verify_address',          'verify',          'address', 30,   '5 minutes', NULL, 'rate_limit_verify'),
        ('sso_address',             'sso',             'address', 30,   '5 minutes', NULL, 'rate_limit_sso'),
        ('web3_address',            'web3',            'address', 30,   '5 minutes', NULL, 'rate_limit_web3'),
        ('mfa_address',             'mfa',             'address', 15,   '1 minute',  NULL, 'mfa_rate_limit_challenge_and_verify'),
        -- A sign-in by passkey takes two.
        ('passkey_address',         'passkey',         'address', 60,   '5 minutes', NULL, NULL),
        -- Three at once and three an hour: never more than five in any hour to one address.
        ('email_send_address',      'email_send',      'address', 30,   '1 hour',    NULL, NULL),
        ('email_send_pause',        'email_send',      'account', 1,    '1 minute',  NULL, 'smtp_max_frequency'),
        ('email_send_account',      'email_send',      'account', 3,    '1 hour',    NULL, NULL),
        ('email_send_global',       'email_send',      'global',  1000, '1 hour',    NULL, 'rate_limit_email_sent'),
        ('sms_send_address',        'sms_send',        'address', 30,   '1 hour',    NULL, NULL),
        ('sms_send_pause',          'sms_send',        'account', 1,    '1 minute',  NULL, 'sms_max_frequency'),
        ('sms_send_account',        'sms_send',        'account', 3,    '1 hour',    NULL, NULL),
        ('sms_send_global',         'sms_send',        'global',  30,   '1 hour',    NULL, 'rate_limit_sms_sent');

    CREATE TABLE auth.rate_counters (
        key        pg_catalog.bytea CONSTRAINT rate_counters_pkey PRIMARY KEY,
        full_at    pg_catalog.timestamptz NOT NULL,
        gone_after pg_catalog.timestamptz NOT NULL
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
    -- Whole hours, so that most updates change no index.
    CREATE INDEX rate_counters_gone_after_idx ON auth.rate_counters (gone_after);
    COMMENT ON TABLE auth.rate_counters IS
        'Counters of auth.rate_limits. The key is an HMAC: it tells no address and no account. TRUNCATE forgives everybody.';
    COMMENT ON COLUMN auth.rate_counters.full_at IS 'When all may be asked at once again.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_mail() IS 'howdah.install(): texts of messages, limits.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_mail() FROM PUBLIC;
