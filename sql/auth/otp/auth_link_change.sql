-- howdah_private.auth_link_change: write down the change of e-mail address that a generated link confirms.
--
-- Runs as   invoker: auth.admin_generate_link is howdah_owner.
-- Writes    users.email_change. Another address than before kills the secrets of the former change.
-- Returns   validation_failed, email_exists; status NULL: written.
CREATE FUNCTION howdah_private.auth_link_change(
    user_id   pg_catalog.uuid,
    type      pg_catalog.text,
    new_email pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF auth_link_change.type = 'email_change_current'
        AND NOT auth.get('mailer_secure_email_change_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Enable secure email change to generate link for current email');
    END IF;
    IF auth_link_change.new_email IS NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Unable to validate email address: invalid format');
    END IF;
    IF howdah_private.auth_find_address(auth_link_change.new_email) <> auth_link_change.user_id THEN
        RETURN howdah_private.auth_refuse('email_exists');
    END IF;
    UPDATE auth.users AS u SET email_change = auth_link_change.new_email
    WHERE u.id = auth_link_change.user_id AND u.email_change IS DISTINCT FROM auth_link_change.new_email;
    IF FOUND THEN
        DELETE FROM auth.one_time_tokens AS t
        WHERE t.user_id = auth_link_change.user_id
          AND t.token_type IN ('email_change_token_new', 'email_change_token_current');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_link_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    IS 'Write down the change of e-mail address that a generated link confirms.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_link_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_link_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
