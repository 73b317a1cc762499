-- auth.settings_public: GET /settings. What a sign-in form must know: ways in, and whether sign-ups are confirmed.
--
-- Runs as   definer: reads auth.settings and which providers are enabled, nothing else of them.
-- Returns   200, in GoTrue's shape: every provider that it knows is a key of external.
CREATE FUNCTION auth.settings_public()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_external pg_catalog.jsonb;
BEGIN
    SELECT pg_catalog.jsonb_object_agg(k.name, false) INTO v_external
    FROM pg_catalog.unnest(ARRAY[
        'apple', 'azure', 'bitbucket', 'discord', 'facebook', 'figma', 'fly', 'github', 'gitlab', 'google', 'kakao',
        'keycloak', 'linkedin', 'linkedin_oidc', 'notion', 'slack', 'slack_oidc', 'snapchat', 'spotify', 'twitch',
        'twitter', 'workos', 'x', 'zoom']) AS k (name);
    v_external := v_external || howdah_private.auth_list_enabled_providers() || pg_catalog.jsonb_build_object(
        'anonymous_users', auth.get('external_anonymous_users_enabled')::pg_catalog.bool,
        'email', auth.get('external_email_enabled')::pg_catalog.bool,
        'phone', auth.get('external_phone_enabled')::pg_catalog.bool);
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'external', v_external,
        'disable_signup', auth.get('disable_signup')::pg_catalog.bool OR auth.get('signup_mode') = 'invite',
        'mailer_autoconfirm', auth.get('mailer_autoconfirm')::pg_catalog.bool,
        'phone_autoconfirm', auth.get('sms_autoconfirm')::pg_catalog.bool,
        'sms_provider', CASE WHEN EXISTS (SELECT 1 FROM auth.hooks AS h WHERE h.hook = 'send_sms')
            THEN 'hook' ELSE '' END,
        'saml_enabled', false,
        'passkeys_enabled', auth.get('passkey_enabled')::pg_catalog.bool));
END
$$;
ALTER FUNCTION auth.settings_public() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.settings_public() IS 'GET /settings: what a sign-in form must know.';
REVOKE EXECUTE ON FUNCTION auth.settings_public() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.settings_public() TO anon, authenticated, service_role;
