-- howdah_private.our_tables: every table that howdah.install() makes; apply_grants sees to owner, policies and grants of each.
CREATE FUNCTION howdah_private.our_tables()
RETURNS TABLE (schema pg_catalog.text, name pg_catalog.text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('howdah', 'migrations'),
        ('howdah', 'audit'),
        ('howdah', 'settings'),
        ('howdah', 'keys'),
        ('howdah', 'api_keys'),
        ('howdah', 'roles'),
        ('howdah', 'routes'),
        -- what leaves
        ('howdah', 'outbox_entries'),
        ('howdah', 'outbox_history'),
        ('howdah', 'delivery_attempts'),
        ('howdah', 'lanes'),
        ('howdah', 'lane_limits'),
        ('howdah', 'outbox_pauses'),
        ('howdah', 'ticks'),
        ('howdah', 'couriers'),
        -- webhooks, out and in; changes of tables
        ('howdah', 'webhook_endpoints'),
        ('howdah', 'change_captures'),
        ('howdah', 'inbound_hooks'),
        ('howdah', 'inbound_seen'),
        -- senders, push messages
        ('howdah', 'senders'),
        ('howdah', 'push_devices'),
        ('howdah', 'push_topics'),
        ('howdah', 'push_topic_devices'),
        ('howdah', 'push_topic_users'),
        ('howdah', 'push_messages'),
        -- queues
        ('queue', 'queues'),
        ('queue', 'grants'),
        ('queue', 'floors'),
        ('queue', 'messages'),
        ('queue', 'messages_shared'),
        ('queue', 'archived'),
        ('queue', 'dedup_keys'),
        ('queue', 'samples'),
        -- mail
        ('howdah', 'email_transports'),
        ('howdah', 'email_template_versions'),
        ('howdah', 'email_templates'),
        ('howdah', 'email_suppressions'),
        ('howdah', 'dkim_keys'),
        ('howdah', 'email_dedup_keys'),
        ('howdah', 'email_certificates'),
        -- jobs
        ('jobs', 'schedules'),
        ('jobs', 'slots'),
        ('jobs', 'jobs'),
        ('jobs', 'cancels'),
        ('jobs', 'runs'),
        -- identity providers of organisations
        ('auth', 'sso_providers'),
        ('auth', 'sso_domains'),
        ('auth', 'saml_providers'),
        ('auth', 'custom_providers'),
        -- teams
        ('auth', 'organizations'),
        ('auth', 'organization_roles'),
        ('auth', 'organization_members'),
        ('auth', 'organization_invitations'),
        -- API keys of users
        ('auth', 'api_keys'),
        -- settings of accounts
        ('auth', 'settings'),
        -- users
        ('auth', 'users'),
        ('auth', 'identities'),
        ('auth', 'audit_log_entries'),
        -- messages, limits
        ('auth', 'templates'),
        ('auth', 'rate_limits'),
        ('auth', 'rate_counters'),
        -- sessions
        ('auth', 'sessions'),
        ('auth', 'sign_in_places'),
        ('auth', 'refresh_tokens'),
        ('auth', 'mfa_amr_claims'),
        ('auth', 'session_marker'),
        -- our authorization server
        ('auth', 'oauth_clients'),
        ('auth', 'oauth_authorizations'),
        ('auth', 'oauth_consents'),
        -- hooks, who may sign up
        ('auth', 'hooks'),
        ('auth', 'signup_allowed'),
        -- attempts on accounts
        ('auth', 'attempts'),
        -- second factors
        ('auth', 'mfa_factors'),
        ('auth', 'mfa_challenges'),
        ('auth', 'mfa_recovery_code_sets'),
        ('auth', 'mfa_recovery_codes'),
        -- passkeys
        ('auth', 'webauthn_credentials'),
        ('auth', 'webauthn_challenges'),
        -- other providers
        ('auth', 'providers'),
        ('auth', 'flow_state'),
        ('auth', 'provider_tokens'),
        ('auth', 'provider_documents'),
        -- one-time codes and links
        ('auth', 'one_time_tokens')
$$;
COMMENT ON FUNCTION howdah_private.our_tables() IS 'Every table that howdah.install() makes.';
REVOKE EXECUTE ON FUNCTION howdah_private.our_tables() FROM PUBLIC;
