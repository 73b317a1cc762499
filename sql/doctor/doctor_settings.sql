-- howdah_private.doctor_settings: are there settings that are for development, or weaker than they should be?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_settings()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT 'weak-settings', 'warning', w.finding, pg_catalog.format('SELECT auth.reset(%L);', w.name)
        FROM (VALUES
            ('mailer_autoconfirm', auth.get('mailer_autoconfirm') = 'true',
             'whoever signs up with the e-mail address of another is taken for him (mailer_autoconfirm)'),
            ('sms_autoconfirm', auth.get('sms_autoconfirm') = 'true',
             'whoever signs up with the number of another is taken for him (sms_autoconfirm)'),
            ('mailer_allow_unverified_email_sign_ins', auth.get('mailer_allow_unverified_email_sign_ins') = 'true',
             'addresses that nobody has confirmed sign in (mailer_allow_unverified_email_sign_ins)'),
            ('sms_test_otp', COALESCE(auth.get('sms_test_otp'), '') <> '',
             'some numbers sign in by codes that stand in the settings (sms_test_otp)'),
            ('refresh_token_rotation_enabled', auth.get('refresh_token_rotation_enabled') = 'false',
             'a stolen refresh token is good for ever, and nobody sees its use (refresh_token_rotation_enabled)'),
            ('password_min_length', auth.get('password_min_length')::pg_catalog.int4 < 8,
             'passwords may have fewer than 8 characters (password_min_length)'),
            ('password_blocklist_enabled', auth.get('password_blocklist_enabled') = 'false',
             'passwords may be common ones (password_blocklist_enabled)'),
            ('jwt_exp', auth.get('jwt_exp')::pg_catalog.int4 > 3600,
             'services that cannot ask this database trust an access token for more than an hour (jwt_exp)'),
            ('external_browser_binding', auth.get('external_browser_binding') = 'false',
             'a sign-in at a provider may be ended in another browser than it was begun in (external_browser_binding)'),
            ('security_allow_plain_code_challenge', auth.get('security_allow_plain_code_challenge') = 'true',
             'PKCE may go by the method plain (security_allow_plain_code_challenge)')) AS w (name, weak, finding)
        WHERE w.weak
        UNION ALL
        SELECT 'weak-settings', 'warning',
               pg_catalog.format('there is no limit on what %s counts', s.name), pg_catalog.format('SELECT auth.reset(%L);', s.name)
        FROM auth.settings_all AS s
        WHERE s.name IN ('rate_limit_otp', 'rate_limit_verify', 'rate_limit_token_refresh', 'rate_limit_sms_sent',
                         'rate_limit_email_sent', 'mfa_rate_limit_challenge_and_verify') AND s.value = '0'
        UNION ALL
        SELECT 'links', 'warning',
               pg_catalog.format('%s is %s: links in mails lead there, and secrets in them travel readable', s.name, s.value),
               pg_catalog.format('SELECT auth.set(%L, ''https://…'');', s.name)
        FROM auth.settings_all AS s
        WHERE s.name IN ('site_url', 'api_external_url') AND s.value ~* '^http://'
          AND s.value !~* '^http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/|$)'
        UNION ALL
        SELECT 'plans-shown', 'warning', 'any request may ask for its plan, which shows tables and estimates (rest.plan_enabled)',
               'SELECT howdah.reset(''rest.plan_enabled'');'
        WHERE howdah.get('rest.plan_enabled') = 'on' AND howdah.get('howdah.error_detail') = 'safe'
        UNION ALL
        SELECT 'jobs-superuser', 'warning', 'jobs may run as superusers (jobs.allow_superuser)',
               'SELECT howdah.reset(''jobs.allow_superuser'');'
        WHERE howdah.get('jobs.allow_superuser') = 'on';
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_settings() IS 'Are there settings that are for development, or weaker than they should be?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_settings() FROM PUBLIC;
