-- howdah_private.install_routes: the built-in routes, one a line; runs each time, so that a new version's are there. A path without its
-- function answers 404; REVOKE EXECUTE on a function closes its path.
--
-- Runs as   invoker, a superuser, from howdah.install().
-- Light     the grants of /token that hash no password travel as any write does.
-- Units     max_body bytes, timeout_ms milliseconds; NULL: the defaults. Heavy: what hashes a password.
CREATE FUNCTION howdah_private.install_routes()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_light CONSTANT pg_catalog.text[] := ARRAY[
        'grant_type=refresh_token', 'grant_type=pkce', 'grant_type=id_token', 'grant_type=web3'];
BEGIN
    INSERT INTO howdah.routes AS r (method, pattern, shape, function, lane, light, max_body, builtin)
    SELECT t.method, t.pattern, pg_catalog.regexp_replace(t.pattern, '[{][^}]*[}]', '{}', 'g'), t.function, t.lane,
           CASE t.function WHEN 'auth.token' THEN c_light END, t.max_body, true
    FROM (VALUES
        -- what anybody may know
        ('GET',    '/auth/v1/health',                           'auth.health',                'fast',  NULL::pg_catalog.int4),
        ('GET',    '/auth/v1/settings',                         'auth.settings_public',       'fast',  NULL),
        ('GET',    '/auth/v1/.well-known/jwks.json',            'howdah.jwks',                'fast',  NULL),
        ('GET',    '/auth/v1/.well-known/openid-configuration', 'auth.openid_configuration',  'fast',  NULL),
        -- webhooks of providers
        ('POST',   '/hooks/in/{name}',                       'howdah.receive_hook',       'fast',  1048576),
        -- what became of text messages: providers tell by POST or by GET
        ('POST',   '/hooks/sms/{sender}',                    'howdah.sms_status',         'fast',  65536),
        ('GET',    '/hooks/sms/{sender}',                    'howdah.sms_status',         'fast',  NULL),
        -- mail
        ('GET',    '/hooks/mail/unsubscribe',                'howdah.unsubscribe_page',   'fast',  NULL),
        ('POST',   '/hooks/mail/unsubscribe',                'howdah.unsubscribe',        'fast',  65536),
        ('GET',    '/hooks/mail/inbox',                      'howdah.inbox_page',         'fast',  NULL),
        ('GET',    '/hooks/mail/inbox/messages',             'howdah.inbox_messages',     'fast',  NULL),
        ('POST',   '/hooks/mail/{provider}',                 'howdah.mail_hook',          'fast',  1048576),
        -- SAML is not offered
        ('POST',   '/auth/v1/sso',                           'auth.saml_disabled',        'fast',  65536),
        ('GET',    '/auth/v1/sso/saml/metadata',             'auth.saml_disabled',        'fast',  NULL),
        ('POST',   '/auth/v1/sso/saml/acs',                  'auth.saml_disabled',        'fast',  65536),
        -- one's own data
        ('GET',    '/auth/v1/user/export',                   'auth.user_export',          'fast',  NULL),
        -- teams
        ('GET',    '/auth/v1/organizations',                 'auth.list_organizations',   'fast',  NULL),
        ('POST',   '/auth/v1/organizations',                 'auth.create_organization',  'fast',  65536),
        ('POST',   '/auth/v1/organizations/invitations/accept', 'auth.accept_organization_invitation', 'fast',  65536),
        ('GET',    '/auth/v1/organizations/{organization_id}', 'auth.get_organization',     'fast',  NULL),
        ('PUT',    '/auth/v1/organizations/{organization_id}', 'auth.update_organization',  'fast',  65536),
        ('DELETE', '/auth/v1/organizations/{organization_id}', 'auth.delete_organization',  'fast',  65536),
        ('GET',    '/auth/v1/organizations/{organization_id}/members', 'auth.list_organization_members', 'fast',  NULL),
        ('PUT',    '/auth/v1/organizations/{organization_id}/members/{user_id}', 'auth.set_organization_role', 'fast',  65536),
        ('DELETE', '/auth/v1/organizations/{organization_id}/members/{user_id}', 'auth.remove_organization_member', 'fast',  65536),
        ('POST',   '/auth/v1/organizations/{organization_id}/leave', 'auth.leave_organization',   'fast',  65536),
        ('POST',   '/auth/v1/organizations/{organization_id}/transfer', 'auth.transfer_organization', 'fast',  65536),
        ('GET',    '/auth/v1/organizations/{organization_id}/roles', 'auth.list_organization_roles', 'fast',  NULL),
        ('PUT',    '/auth/v1/organizations/{organization_id}/roles/{role}', 'auth.define_organization_role', 'fast',  65536),
        ('DELETE', '/auth/v1/organizations/{organization_id}/roles/{role}', 'auth.drop_organization_role', 'fast',  65536),
        ('GET',    '/auth/v1/organizations/{organization_id}/invitations', 'auth.list_organization_invitations', 'fast',  NULL),
        ('POST',   '/auth/v1/organizations/{organization_id}/invitations', 'auth.invite_to_organization', 'fast',  65536),
        ('DELETE', '/auth/v1/organizations/{organization_id}/invitations/{invitation_id}', 'auth.revoke_organization_invitation', 'fast',  65536),
        -- API keys of users
        ('GET',    '/auth/v1/user/api_keys',                 'auth.list_api_keys',        'fast',  NULL),
        ('POST',   '/auth/v1/user/api_keys',                 'auth.create_api_key',       'fast',  65536),
        ('DELETE', '/auth/v1/user/api_keys/{api_key_id}',    'auth.revoke_api_key',       'fast',  65536),
        ('GET',    '/auth/v1/organizations/{organization_id}/api_keys', 'auth.list_organization_api_keys', 'fast',  NULL),
        ('POST',   '/auth/v1/organizations/{organization_id}/api_keys', 'auth.create_organization_api_key', 'fast',  65536),
        ('DELETE', '/auth/v1/organizations/{organization_id}/api_keys/{api_key_id}', 'auth.revoke_organization_api_key', 'fast',  65536),
        -- signing up and in, tokens, signing out
        ('POST',   '/auth/v1/signup',                           'auth.sign_up',               'heavy', 65536),
        ('POST',   '/auth/v1/token',                            'auth.token',                 'heavy', 65536),
        ('POST',   '/auth/v1/logout',                           'auth.sign_out',              'fast',  65536),
        -- one-time codes and links
        ('POST',   '/auth/v1/otp',                              'auth.send_otp',              'fast',  65536),
        ('POST',   '/auth/v1/magiclink',                        'auth.send_magic_link',       'fast',  65536),
        ('POST',   '/auth/v1/recover',                          'auth.recover',               'fast',  65536),
        ('POST',   '/auth/v1/resend',                           'auth.resend',                'fast',  65536),
        ('GET',    '/auth/v1/verify',                           'auth.verify_link',           'fast',  NULL),
        ('POST',   '/auth/v1/verify',                           'auth.verify',                'fast',  65536),
        ('GET',    '/auth/v1/confirm',                          'auth.confirm_page',          'fast',  NULL),
        ('POST',   '/auth/v1/confirm',                          'auth.confirm_link',          'fast',  65536),
        -- the signed-in user
        ('GET',    '/auth/v1/user',                             'auth.get_user',              'fast',  NULL),
        ('PUT',    '/auth/v1/user',                             'auth.update_user',           'heavy', 65536),
        ('GET',    '/auth/v1/reauthenticate',                   'auth.reauthenticate',        'fast',  NULL),
        -- other providers
        ('GET',    '/auth/v1/authorize',                        'auth.authorize',             'fast',  NULL),
        ('GET',    '/auth/v1/callback',                         'auth.callback',              'fast',  NULL),
        ('POST',   '/auth/v1/callback',                         'auth.callback',              'fast',  65536),
        ('GET',    '/auth/v1/user/identities/authorize',        'auth.link_identity',         'fast',  NULL),
        ('DELETE', '/auth/v1/user/identities/{identity_id}',    'auth.unlink_identity',       'fast',  65536),
        ('POST',   '/auth/v1/user/provider_token',              'auth.provider_token',        'fast',  65536),
        -- second factors
        ('POST',   '/auth/v1/factors',                          'auth.enroll_factor',         'fast',  65536),
        ('POST',   '/auth/v1/factors/{factor_id}/challenge',    'auth.challenge_factor',      'fast',  65536),
        ('POST',   '/auth/v1/factors/{factor_id}/verify',       'auth.verify_factor',         'fast',  65536),
        ('DELETE', '/auth/v1/factors/{factor_id}',              'auth.unenroll_factor',       'fast',  65536),
        ('GET',    '/auth/v1/factors/recovery-codes',           'auth.get_recovery_codes',    'fast',  NULL),
        ('POST',   '/auth/v1/factors/recovery-codes',           'auth.make_recovery_codes',   'fast',  65536),
        ('DELETE', '/auth/v1/factors/recovery-codes',           'auth.remove_recovery_codes', 'fast',  65536),
        ('POST',   '/auth/v1/factors/recovery-codes/regenerate', 'auth.remake_recovery_codes', 'fast', 65536),
        ('POST',   '/auth/v1/factors/recovery-codes/verify',    'auth.verify_recovery_code',  'fast',  65536),
        -- passkeys
        ('POST',   '/auth/v1/passkeys/registration/options',    'auth.begin_passkey',         'fast',  65536),
        ('POST',   '/auth/v1/passkeys/registration/verify',     'auth.register_passkey',      'fast',  65536),
        ('POST',   '/auth/v1/passkeys/authentication/options',  'auth.ask_for_passkey',       'fast',  65536),
        ('POST',   '/auth/v1/passkeys/authentication/verify',   'auth.sign_in_with_passkey',  'fast',  65536),
        ('GET',    '/auth/v1/passkeys',                         'auth.list_passkeys',         'fast',  NULL),
        ('PATCH',  '/auth/v1/passkeys/{passkey_id}',            'auth.rename_passkey',        'fast',  65536),
        ('DELETE', '/auth/v1/passkeys/{passkey_id}',            'auth.remove_passkey',        'fast',  65536),
        ('GET',    '/auth/v1/admin/users/{user_id}/passkeys',   'auth.admin_list_passkeys',   'fast',  NULL),
        ('DELETE', '/auth/v1/admin/users/{user_id}/passkeys/{passkey_id}', 'auth.admin_remove_passkey', 'fast', 65536),
        -- where the user is signed in
        ('GET',    '/auth/v1/user/sessions',                    'auth.list_sessions',         'fast',  NULL),
        ('DELETE', '/auth/v1/user/sessions/{session_id}',       'auth.end_session',           'fast',  65536),
        -- our authorization server
        ('GET',    '/auth/v1/.well-known/oauth-authorization-server', 'auth.oauth_metadata', 'fast',  NULL),
        ('GET',    '/auth/v1/oauth/authorize',                  'auth.oauth_authorize',       'fast',  NULL),
        ('GET',    '/auth/v1/oauth/authorizations/{authorization_id}', 'auth.oauth_get_authorization', 'fast', NULL),
        ('POST',   '/auth/v1/oauth/authorizations/{authorization_id}/consent', 'auth.oauth_consent', 'fast', 65536),
        ('POST',   '/auth/v1/oauth/token',                      'auth.oauth_token',           'fast',  65536),
        ('GET',    '/auth/v1/oauth/userinfo',                   'auth.oauth_userinfo',        'fast',  NULL),
        ('POST',   '/auth/v1/oauth/clients/register',           'auth.register_oauth_client', 'fast',  65536),
        ('GET',    '/auth/v1/user/oauth/grants',                'auth.list_oauth_grants',     'fast',  NULL),
        ('DELETE', '/auth/v1/user/oauth/grants',                'auth.revoke_oauth_grant',    'fast',  65536),
        ('GET',    '/auth/v1/admin/oauth/clients',              'auth.admin_list_oauth_clients', 'fast', NULL),
        ('POST',   '/auth/v1/admin/oauth/clients',              'auth.admin_create_oauth_client', 'fast', 65536),
        ('GET',    '/auth/v1/admin/oauth/clients/{client_id}',  'auth.admin_get_oauth_client', 'fast', NULL),
        ('PUT',    '/auth/v1/admin/oauth/clients/{client_id}',  'auth.admin_update_oauth_client', 'fast', 65536),
        ('DELETE', '/auth/v1/admin/oauth/clients/{client_id}',  'auth.admin_delete_oauth_client', 'fast', 65536),
        ('POST',   '/auth/v1/admin/oauth/clients/{client_id}/regenerate_secret', 'auth.admin_regenerate_oauth_client_secret', 'fast', 65536),
        -- push messages
        ('GET',    '/push/v1/key',                           'howdah.push_key',           'fast',  NULL),
        ('GET',    '/push/v1/devices',                       'howdah.list_push_devices',  'fast',  NULL),
        ('POST',   '/push/v1/devices',                       'howdah.register_push_device', 'fast', 65536),
        ('DELETE', '/push/v1/devices/{device_id}',           'howdah.unregister_push_device', 'fast', 65536),
        ('GET',    '/push/v1/topics',                        'howdah.list_push_topics',   'fast',  NULL),
        ('PUT',    '/push/v1/topics/{topic}',                'howdah.subscribe_push_topic', 'fast', 65536),
        ('DELETE', '/push/v1/topics/{topic}',                'howdah.unsubscribe_push_topic', 'fast', 65536),
        -- the admin API
        ('POST',   '/auth/v1/admin/users/{user_id}/logout',     'auth.admin_sign_out',        'fast',  65536),
        ('POST',   '/auth/v1/invite',                           'auth.invite',                'fast',  65536),
        ('POST',   '/auth/v1/admin/generate_link',              'auth.admin_generate_link',   'heavy', 65536),
        ('GET',    '/auth/v1/admin/users',                      'auth.admin_list_users',      'fast',  NULL),
        ('POST',   '/auth/v1/admin/users',                      'auth.admin_create_user',     'heavy', 65536),
        ('GET',    '/auth/v1/admin/users/{user_id}/factors', 'auth.admin_list_factors',   'fast',  NULL),
        ('PUT',    '/auth/v1/admin/users/{user_id}/factors/{factor_id}', 'auth.admin_update_factor',  'fast',  65536),
        ('DELETE', '/auth/v1/admin/users/{user_id}/factors/{factor_id}', 'auth.admin_delete_factor',  'fast',  65536),
        ('POST',   '/auth/v1/admin/users/{user_id}/export',  'auth.admin_export_user',    'fast',  65536),
        ('POST',   '/auth/v1/admin/users/{user_id}/forget',  'auth.admin_forget_user',    'fast',  65536),
        ('GET',    '/auth/v1/admin/audit',                   'auth.admin_list_audit',     'fast',  NULL),
        ('GET',    '/auth/v1/admin/custom-providers',        'auth.admin_list_custom_providers', 'fast',  NULL),
        ('POST',   '/auth/v1/admin/custom-providers',        'auth.admin_create_custom_provider', 'fast',  65536),
        ('GET',    '/auth/v1/admin/custom-providers/{identifier}', 'auth.admin_get_custom_provider', 'fast',  NULL),
        ('PUT',    '/auth/v1/admin/custom-providers/{identifier}', 'auth.admin_update_custom_provider', 'fast',  65536),
        ('DELETE', '/auth/v1/admin/custom-providers/{identifier}', 'auth.admin_delete_custom_provider', 'fast',  65536),
        ('GET',    '/auth/v1/admin/sso/providers',           'auth.admin_list_sso_providers', 'fast',  NULL),
        ('POST',   '/auth/v1/admin/sso/providers',           'auth.admin_create_sso_provider', 'fast',  524288),
        ('GET',    '/auth/v1/admin/sso/providers/{idp_id}',  'auth.admin_get_sso_provider', 'fast',  NULL),
        ('PUT',    '/auth/v1/admin/sso/providers/{idp_id}',  'auth.admin_update_sso_provider', 'fast',  524288),
        ('DELETE', '/auth/v1/admin/sso/providers/{idp_id}',  'auth.admin_delete_sso_provider', 'fast',  65536),
        ('GET',    '/auth/v1/admin/users/{user_id}',            'auth.admin_get_user',        'fast',  NULL),
        ('PUT',    '/auth/v1/admin/users/{user_id}',            'auth.admin_update_user',     'heavy', 65536),
        ('DELETE', '/auth/v1/admin/users/{user_id}',            'auth.admin_delete_user',     'fast',  65536)
    ) AS t (method, pattern, function, lane, max_body)
    ON CONFLICT ON CONSTRAINT routes_method_shape_key
    DO UPDATE SET pattern = excluded.pattern, function = excluded.function, lane = excluded.lane, light = excluded.light,
                  max_body = excluded.max_body, builtin = true
    WHERE (r.pattern, r.function, r.lane, r.light, r.max_body, r.builtin)
          IS DISTINCT FROM (excluded.pattern, excluded.function, excluded.lane, excluded.light, excluded.max_body, true);
END
$$;
COMMENT ON FUNCTION howdah_private.install_routes() IS 'howdah.install(): the built-in routes.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_routes() FROM PUBLIC;
