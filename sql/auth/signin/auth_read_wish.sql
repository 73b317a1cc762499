-- howdah_private.auth_read_wish: what somebody wants changed of his account; what is there already is no wish.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   a refusal; or email and phone in their normal form, NULL where they stay; password NULL where it stays; the
--           user as he is.
CREATE TYPE howdah_private.auth_wish AS (
    refusal        auth.answer,
    email          pg_catalog.text,
    phone          pg_catalog.text,
    channel        pg_catalog.text,
    password       pg_catalog.text,
    data           pg_catalog.jsonb,
    old_email      pg_catalog.text,
    old_phone      pg_catalog.text,
    has_password   pg_catalog.bool,
    is_anonymous   pg_catalog.bool,
    is_sso_user    pg_catalog.bool
);
COMMENT ON TYPE howdah_private.auth_wish IS 'What somebody wants changed of his account.';
REVOKE USAGE ON TYPE howdah_private.auth_wish FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_wish TO howdah_owner;

CREATE FUNCTION howdah_private.auth_read_wish(
    user_id pg_catalog.uuid,
    email pg_catalog.text,
    phone pg_catalog.text,
    password pg_catalog.text,
    data pg_catalog.jsonb,
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text,
    channel pg_catalog.text
)
RETURNS howdah_private.auth_wish
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user record;
    v_wish howdah_private.auth_wish;
BEGIN
    SELECT NULLIF(u.email, '') AS email, NULLIF(u.phone, '') AS phone,
           COALESCE(u.encrypted_password, '') <> '' AS has_password, u.is_anonymous, u.is_sso_user
    INTO v_user
    FROM auth.users AS u WHERE u.id = auth_read_wish.user_id;
    v_wish.old_email := v_user.email;
    v_wish.old_phone := v_user.phone;
    v_wish.has_password := v_user.has_password;
    v_wish.is_anonymous := v_user.is_anonymous;
    v_wish.is_sso_user := v_user.is_sso_user;

    IF COALESCE(auth_read_wish.email, '') <> '' THEN
        v_wish.email := howdah_private.auth_normalize_email(auth_read_wish.email);
        IF v_wish.email IS NULL THEN
            v_wish.refusal := howdah_private.auth_refuse(
                'validation_failed', 'Unable to validate email address: invalid format');
            RETURN v_wish;
        END IF;
        v_wish.email := NULLIF(v_wish.email, v_wish.old_email);
    END IF;
    IF COALESCE(auth_read_wish.phone, '') <> '' THEN
        v_wish.phone := howdah_private.auth_normalize_phone(auth_read_wish.phone);
        IF v_wish.phone IS NULL THEN
            v_wish.refusal := howdah_private.auth_refuse(
                'validation_failed', 'Invalid phone number format (E.164 required)');
            RETURN v_wish;
        END IF;
        v_wish.channel := NULLIF(auth_read_wish.channel, '');
        v_wish.refusal := howdah_private.auth_check_channel(v_wish.channel);
        IF (v_wish.refusal).status IS NOT NULL THEN
            RETURN v_wish;
        END IF;
        v_wish.phone := NULLIF(v_wish.phone, v_wish.old_phone);
    END IF;
    v_wish.data := NULLIF(auth_read_wish.data, 'null');
    IF v_wish.data IS NOT NULL AND pg_catalog.jsonb_typeof(v_wish.data) <> 'object' THEN
        v_wish.refusal := howdah_private.auth_refuse('validation_failed', 'data must be an object');
        RETURN v_wish;
    END IF;
    -- An empty password is refused as a weak one, not taken for none.
    v_wish.password := auth_read_wish.password;
    v_wish.refusal := howdah_private.auth_check_pkce(
        auth_read_wish.code_challenge, auth_read_wish.code_challenge_method);
    RETURN v_wish;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_wish(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text,
    pg_catalog.text, pg_catalog.text) IS 'What somebody wants changed of his account.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_wish(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text,
    pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_wish(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text,
    pg_catalog.text, pg_catalog.text) TO howdah_owner;
