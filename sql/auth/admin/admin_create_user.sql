-- auth.admin_create_user: POST /admin/users: make a user, without a mail and without a sign-in.
--
-- Runs as   definer: writes auth.users.
-- Writes    the user, an identity for each of e-mail and phone, one audit row.
-- Returns   200 and the user; 422 email_exists | phone_exists | user_already_exists | weak_password; 400 validation_failed | bad_json; what
--           auth_require_admin refuses.
-- Timing    a password is hashed (heavy lane); a password_hash is not.
CREATE FUNCTION auth.admin_create_user(
    id pg_catalog.text DEFAULT NULL,
    aud pg_catalog.text DEFAULT NULL,
    role pg_catalog.text DEFAULT NULL,
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password pg_catalog.text DEFAULT NULL,
    password_hash pg_catalog.text DEFAULT NULL,
    email_confirm pg_catalog.bool DEFAULT NULL,
    phone_confirm pg_catalog.bool DEFAULT NULL,
    user_metadata pg_catalog.jsonb DEFAULT NULL,
    app_metadata pg_catalog.jsonb DEFAULT NULL,
    ban_duration pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal   auth.answer := howdah_private.auth_require_admin();
    v_given     record;
    v_ban       record;
    v_id        pg_catalog.uuid;
    v_hash      pg_catalog.text;
    v_data      pg_catalog.jsonb := NULLIF(admin_create_user.user_metadata, 'null'::pg_catalog.jsonb);
    v_made      record;
    v_providers pg_catalog.text[];
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    SELECT c.* INTO v_given FROM howdah_private.auth_check_attributes(
        admin_create_user.email, admin_create_user.phone, admin_create_user.role,
        admin_create_user.user_metadata, admin_create_user.app_metadata) AS c;
    IF (v_given.refusal).status IS NOT NULL THEN
        RETURN v_given.refusal;
    END IF;
    v_providers := pg_catalog.array_remove(ARRAY[
        CASE WHEN v_given.email IS NOT NULL THEN 'email' END, CASE WHEN v_given.phone IS NOT NULL THEN 'phone' END], NULL);
    IF v_providers = '{}' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Cannot create a user without either an email or phone');
    END IF;
    IF admin_create_user.password IS NOT NULL AND COALESCE(admin_create_user.password_hash, '') <> '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Only a password or a password hash should be provided');
    END IF;
    SELECT b.* INTO v_ban FROM howdah_private.auth_read_ban(admin_create_user.ban_duration) AS b;
    IF (v_ban.refusal).status IS NOT NULL THEN
        RETURN v_ban.refusal;
    END IF;
    IF COALESCE(admin_create_user.id, '') = '' THEN
        v_id := pg_catalog.gen_random_uuid();
    ELSE
        v_id := howdah_private.auth_read_uuid(admin_create_user.id);
        IF v_id IS NULL THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'ID must conform to the uuid v4 format');
        ELSIF v_id = '00000000-0000-0000-0000-000000000000' THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'ID cannot be a nil uuid');
        END IF;
    END IF;
    v_refusal := howdah_private.auth_find_duplicate(v_given.email, v_given.phone, NULL);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF COALESCE(admin_create_user.password, '') <> '' THEN
        v_refusal := howdah_private.auth_check_password(
            admin_create_user.password, ARRAY[v_given.email, v_given.phone]);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
        v_hash := howdah_private.password_hash(admin_create_user.password);
    ELSIF COALESCE(admin_create_user.password_hash, '') <> '' THEN
        v_hash := admin_create_user.password_hash;
        IF howdah_private.password_scheme(v_hash) IS NULL THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'password_hash is of no kind that can be verified');
        END IF;
    END IF;

    SELECT c.* INTO v_made FROM howdah_private.auth_create_user(
        email => v_given.email, phone => v_given.phone, password_hash => v_hash, provider => v_providers[1],
        user_data => v_data, app_data => howdah_private.auth_merge_metadata(
            pg_catalog.jsonb_build_object('providers', v_providers), admin_create_user.app_metadata),
        email_confirmed => v_given.email IS NOT NULL AND COALESCE(admin_create_user.email_confirm, false),
        phone_confirmed => v_given.phone IS NOT NULL AND COALESCE(admin_create_user.phone_confirm, false),
        role => NULLIF(pg_catalog.btrim(admin_create_user.role), ''), id => v_id, run_before_hook => false) AS c;
    IF (v_made.refusal).status IS NOT NULL THEN
        -- Two at once with one address: the unique indexes let one in.
        v_refusal := howdah_private.auth_find_duplicate(v_given.email, v_given.phone, NULL);
        RETURN CASE WHEN (v_refusal).status IS NULL THEN v_made.refusal ELSE v_refusal END;
    END IF;
    IF pg_catalog.cardinality(v_providers) = 2 THEN
        PERFORM howdah_private.auth_set_address_identity(v_id, v_given.phone, admin_create_user.phone_confirm);
    END IF;
    -- An administrator's word is metadata as it stands, without what a sign-up adds to it.
    UPDATE auth.users AS u
    SET aud = COALESCE(NULLIF(admin_create_user.aud, ''), howdah_private.auth_request_audience()),
        banned_until = v_ban.until,
        raw_user_meta_data = howdah_private.auth_merge_metadata(
            CASE WHEN u.email_confirmed_at IS NOT NULL THEN '{"email_verified": true}'::pg_catalog.jsonb END, v_data)
    WHERE u.id = v_id;
    PERFORM howdah_private.auth_audit('user_signedup', NULL, pg_catalog.jsonb_build_object(
        'user_id', v_id, 'user_email', v_given.email, 'user_phone', v_given.phone, 'provider', v_providers[1]));
    RETURN ROW(200, howdah_private.auth_user_json(v_id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_create_user(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                      pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                      pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_create_user(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                           pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                           pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text)
    IS 'POST /admin/users: make a user.';
REVOKE EXECUTE ON FUNCTION auth.admin_create_user(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                  pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                  pg_catalog.text, pg_catalog.bool, pg_catalog.bool,
                                                  pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_create_user(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.bool, pg_catalog.bool,
                                                 pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text)
    TO anon, authenticated, service_role;
