-- howdah_private.auth_notify_factor: tell a user by mail that one of his factors was added or removed (ASVS 6.3.7), if he has an address.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_notify_factor(
    user_id pg_catalog.uuid, kind pg_catalog.text, factor_type pg_catalog.text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email pg_catalog.text;
BEGIN
    SELECT u.email INTO v_email FROM auth.users AS u WHERE u.id = auth_notify_factor.user_id AND u.email_confirmed_at IS NOT NULL;
    IF COALESCE(v_email, '') <> '' THEN
        PERFORM howdah_private.auth_send_mail(
            auth_notify_factor.user_id, auth_notify_factor.kind, v_email, NULL, NULL, NULL,
            pg_catalog.jsonb_build_object('factor_type', auth_notify_factor.factor_type));
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_notify_factor(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    IS 'Tell a user by mail that one of his factors was added or removed.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_notify_factor(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_notify_factor(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
