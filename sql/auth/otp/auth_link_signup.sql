-- howdah_private.auth_link_signup: the account that a generated sign-up link is for.
--
-- Runs as   invoker: auth.admin_generate_link is howdah_owner.
-- Takes     no_password: the link was asked for as a magic link.
-- Writes    the user, or an unconfirmed one's metadata.
-- Returns   user_id; or email_exists, validation_failed, weak_password.
CREATE FUNCTION howdah_private.auth_link_signup(
    email       pg_catalog.text,
    password    pg_catalog.text,
    data        pg_catalog.jsonb,
    no_password pg_catalog.bool,
    OUT refusal auth.answer,
    OUT user_id pg_catalog.uuid
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made record;
BEGIN
    user_id := howdah_private.auth_find_address(auth_link_signup.email);
    IF user_id IS NOT NULL THEN
        IF (SELECT u.confirmed_at IS NOT NULL FROM auth.users AS u WHERE u.id = auth_link_signup.user_id) THEN
            refusal := howdah_private.auth_refuse('email_exists');
        ELSE
            UPDATE auth.users AS u
            SET raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}') || auth_link_signup.data
            WHERE u.id = auth_link_signup.user_id AND auth_link_signup.data IS NOT NULL;
        END IF;
        RETURN;
    END IF;
    IF NOT auth_link_signup.no_password THEN
        IF COALESCE(auth_link_signup.password, '') = '' THEN
            refusal := howdah_private.auth_refuse('validation_failed', 'Signup requires a valid password');
            RETURN;
        END IF;
        refusal := howdah_private.auth_check_password(auth_link_signup.password, ARRAY[auth_link_signup.email]);
        IF (refusal).status IS NOT NULL THEN
            RETURN;
        END IF;
    END IF;
    v_made := howdah_private.auth_create_user(
        email => auth_link_signup.email,
        password_hash => CASE WHEN NOT auth_link_signup.no_password
            THEN howdah_private.password_hash(auth_link_signup.password) END,
        user_data => auth_link_signup.data);
    refusal := v_made.refusal;
    user_id := v_made.user_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_link_signup(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool)
    IS 'The account that a generated sign-up link is for.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_link_signup(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_link_signup(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool) TO howdah_owner;
