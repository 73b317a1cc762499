-- howdah_private.auth_list_hooks: the points at which a function of the app may be asked.
CREATE FUNCTION howdah_private.auth_list_hooks()
RETURNS pg_catalog.text[]
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY['after_user_created', 'before_user_created', 'custom_access_token', 'mfa_verification_attempt',
                 'password_verification_attempt', 'send_email', 'send_sms']
$$;
COMMENT ON FUNCTION howdah_private.auth_list_hooks() IS 'The points at which a function of the app may be asked.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_list_hooks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_list_hooks() TO howdah_owner;
