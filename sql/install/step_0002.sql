-- howdah_private.install_step_0002: the tables of accounts, a group a function (sql/install/auth/).
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database. Once released, a step is never
--           changed: a later change of a table is a later step.
CREATE FUNCTION howdah_private.install_step_0002()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.install_outbox();
    PERFORM howdah_private.install_webhooks();
    PERFORM howdah_private.install_queues();
    PERFORM howdah_private.install_mail();
    PERFORM howdah_private.install_jobs();
    PERFORM howdah_private.install_auth_settings();
    PERFORM howdah_private.install_auth_users();
    PERFORM howdah_private.install_auth_mail();
    PERFORM howdah_private.install_auth_sessions();
    PERFORM howdah_private.install_auth_sso();
    PERFORM howdah_private.install_auth_teams();
    PERFORM howdah_private.install_auth_user_keys();
    PERFORM howdah_private.install_auth_factors();
    PERFORM howdah_private.install_auth_user_documents();
    PERFORM howdah_private.install_auth_passkeys();
    PERFORM howdah_private.install_auth_providers();
    PERFORM howdah_private.install_auth_oauth_server();
    PERFORM howdah_private.install_auth_one_time_tokens();
    PERFORM howdah_private.install_auth_signup();
    PERFORM howdah_private.install_auth_attempts();
    PERFORM howdah_private.install_senders();
    PERFORM howdah_private.install_push();
END
$$;
COMMENT ON FUNCTION howdah_private.install_step_0002() IS 'howdah.install(): the tables of accounts.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_step_0002() FROM PUBLIC;
