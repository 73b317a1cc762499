-- auth.admin_generate_link: a link and code for a trusted server to deliver by itself. POST
-- /auth/v1/admin/generate_link
--
-- Runs as   definer: makes users and their secrets; no API role may.
-- Writes    the user for types signup, invite and magiclink if there is none; the secret, an audit row. No mail.
-- Returns   200: the user's members and action_link, email_otp, hashed_token, verification_type, redirect_to; 401,
--           403 not_admin; 400 validation_failed; 404 user_not_found; 422 email_exists, weak_password.
CREATE FUNCTION auth.admin_generate_link(
    type          pg_catalog.text DEFAULT NULL,
    email         pg_catalog.text DEFAULT NULL,
    new_email     pg_catalog.text DEFAULT NULL,
    password      pg_catalog.text DEFAULT NULL,
    data          pg_catalog.jsonb DEFAULT NULL,
    redirect_to   pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email   CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(admin_generate_link.email);
    v_new     CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(admin_generate_link.new_email);
    v_type    pg_catalog.text := admin_generate_link.type;
    v_target  pg_catalog.text;
    v_refusal auth.answer;
    v_user    pg_catalog.uuid;
    v_made    record;
    v_place   auth.one_time_token_type;
    v_change  pg_catalog.bool;
    v_secret  record;
BEGIN
    v_refusal := howdah_private.auth_require_admin();
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_email IS NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Unable to validate email address: invalid format');
    END IF;
    IF COALESCE(v_type, '') NOT IN
        ('signup', 'invite', 'magiclink', 'recovery', 'email_change_current', 'email_change_new') THEN
        RETURN howdah_private.auth_refuse('validation_failed', pg_catalog.format(
            'Invalid email action link type requested: %s', pg_catalog.left(v_type, 40)));
    END IF;
    v_change := pg_catalog.starts_with(v_type, 'email_change_');
    v_user := howdah_private.auth_find_address(v_email);
    IF v_user IS NULL AND v_type = 'magiclink' THEN
        v_type := 'signup';
    END IF;
    IF v_type = 'invite' THEN
        v_made := howdah_private.auth_invite_user(v_email, admin_generate_link.data);
        v_refusal := v_made.refusal;
        v_user := v_made.user_id;
    ELSIF v_type = 'signup' THEN
        v_made := howdah_private.auth_link_signup(
            v_email, admin_generate_link.password, admin_generate_link.data,
            admin_generate_link.type = 'magiclink');
        v_refusal := v_made.refusal;
        v_user := v_made.user_id;
    ELSIF v_user IS NULL THEN
        v_refusal := howdah_private.auth_refuse('user_not_found', 'User with this email not found');
    ELSIF v_change THEN
        v_refusal := howdah_private.auth_link_change(v_user, v_type, v_new);
    END IF;
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    v_target := howdah_private.auth_redirect(admin_generate_link.redirect_to);
    v_place := CASE v_type
        WHEN 'email_change_current' THEN 'email_change_token_current'
        WHEN 'email_change_new' THEN 'email_change_token_new'
        WHEN 'magiclink' THEN 'recovery_token' WHEN 'recovery' THEN 'recovery_token'
        ELSE 'confirmation_token' END;
    v_secret := howdah_private.auth_issue_one_time_token(
        v_user, v_place, CASE v_type WHEN 'email_change_new' THEN v_new ELSE v_email END, v_target,
        purpose => CASE WHEN v_change THEN 'email_change' ELSE v_type END);
    PERFORM howdah_private.auth_mark_sent(
        v_user, v_place, CASE WHEN v_change THEN 'email_change' ELSE v_type END);
    PERFORM howdah_private.auth_audit('user_recovery_requested', v_user,
        pg_catalog.jsonb_build_object('generate_link', v_type));
    RETURN ROW(200, howdah_private.auth_user_json(v_user) || pg_catalog.jsonb_build_object(
        'action_link', howdah_private.auth_link(
            CASE WHEN v_change THEN 'email_change' ELSE v_type END, v_secret.token, v_target),
        'email_otp', v_secret.code,
        'hashed_token', v_secret.token,
        'verification_type', v_type,
        'redirect_to', v_target), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_generate_link(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_generate_link(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    IS 'A link and code for a trusted server to deliver by itself.';
REVOKE EXECUTE ON FUNCTION auth.admin_generate_link(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_generate_link(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    TO anon, authenticated, service_role;
