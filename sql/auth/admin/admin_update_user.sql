-- auth.admin_update_user: PUT /admin/users/{user_id}: change what is given, leave the rest.
--
-- Runs as   definer: writes auth.users.
-- Writes    the user, his e-mail and phone identities, one audit row. A new password ends all his sessions; with a new role his access
--           tokens are refused until he refreshes; while he is banned all are. All that holds for the next request. A new password, e-mail or phone makes every link and code that was sent to him void.
-- Returns   200 and the user; 404 user_not_found; 422 email_exists | phone_exists | weak_password; 400 validation_failed | bad_json;
--           what auth_require_admin refuses.
-- Timing    a password is hashed (heavy lane) before any row is locked.
CREATE FUNCTION auth.admin_update_user(
    user_id pg_catalog.text DEFAULT NULL,
    role pg_catalog.text DEFAULT NULL,
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password pg_catalog.text DEFAULT NULL,
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
    v_user    record;
    v_given   record;
    v_ban     record;
    v_refusal auth.answer;
    v_role    pg_catalog.text := NULLIF(pg_catalog.btrim(admin_update_user.role), '');
    v_hash    pg_catalog.text;
BEGIN
    SELECT l.* INTO v_user FROM howdah_private.auth_load_user(admin_update_user.user_id) AS l;
    IF v_user.id IS NULL THEN
        RETURN v_user.refusal;
    END IF;
    SELECT c.* INTO v_given FROM howdah_private.auth_check_attributes(
        admin_update_user.email, admin_update_user.phone, v_role,
        admin_update_user.user_metadata, admin_update_user.app_metadata) AS c;
    IF (v_given.refusal).status IS NOT NULL THEN
        RETURN v_given.refusal;
    END IF;
    SELECT b.* INTO v_ban FROM howdah_private.auth_read_ban(admin_update_user.ban_duration) AS b;
    IF (v_ban.refusal).status IS NOT NULL THEN
        RETURN v_ban.refusal;
    END IF;
    v_refusal := howdah_private.auth_find_duplicate(v_given.email, v_given.phone, v_user.id);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF admin_update_user.password IS NOT NULL THEN
        v_refusal := howdah_private.auth_check_password(
            admin_update_user.password,
            (SELECT ARRAY[COALESCE(v_given.email, u.email), COALESCE(v_given.phone, u.phone)]
             FROM auth.users AS u WHERE u.id = v_user.id));
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
        v_hash := howdah_private.password_hash(admin_update_user.password);
    END IF;

    BEGIN
        IF v_hash IS NOT NULL OR v_given.email IS NOT NULL OR v_given.phone IS NOT NULL THEN
            DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = v_user.id;
        END IF;
        IF v_hash IS NOT NULL THEN
            PERFORM howdah_private.auth_end_sessions(v_user.id);
        END IF;
        IF v_given.email IS NOT NULL THEN
            PERFORM howdah_private.auth_set_address_identity(v_user.id, v_given.email, admin_update_user.email_confirm);
        ELSIF v_hash IS NOT NULL THEN
            -- A first password on an account of a provider: it signs in by e-mail from now on.
            PERFORM howdah_private.auth_set_address_identity(u.id, u.email, u.email_confirmed_at IS NOT NULL)
            FROM auth.users AS u
            WHERE u.id = v_user.id AND u.email IS NOT NULL AND COALESCE(u.encrypted_password, '') = ''
              AND NOT EXISTS (SELECT 1 FROM auth.identities AS i WHERE i.user_id = u.id AND i.provider IN ('email', 'phone'));
        END IF;
        IF v_given.phone IS NOT NULL THEN
            PERFORM howdah_private.auth_set_address_identity(v_user.id, v_given.phone, admin_update_user.phone_confirm);
        END IF;
        UPDATE auth.users AS u
        SET role = COALESCE(v_role, u.role),
            email = COALESCE(v_given.email, u.email),
            phone = COALESCE(v_given.phone, u.phone),
            encrypted_password = COALESCE(v_hash, u.encrypted_password),
            email_confirmed_at = CASE WHEN admin_update_user.email_confirm THEN pg_catalog.now() ELSE u.email_confirmed_at END,
            phone_confirmed_at = CASE WHEN admin_update_user.phone_confirm THEN pg_catalog.now() ELSE u.phone_confirmed_at END,
            is_anonymous = u.is_anonymous
                AND NOT (v_given.email IS NOT NULL AND COALESCE(admin_update_user.email_confirm, false))
                AND NOT (v_given.phone IS NOT NULL AND COALESCE(admin_update_user.phone_confirm, false)),
            raw_user_meta_data = howdah_private.auth_merge_metadata(
                COALESCE(u.raw_user_meta_data, '{}') || CASE WHEN admin_update_user.email_confirm
                    THEN '{"email_verified": true}'::pg_catalog.jsonb ELSE '{}' END, admin_update_user.user_metadata),
            raw_app_meta_data = howdah_private.auth_merge_metadata(
                COALESCE(u.raw_app_meta_data, '{}') || howdah_private.auth_provider_list(u.id, u.raw_app_meta_data),
                admin_update_user.app_metadata),
            banned_until = CASE WHEN COALESCE(admin_update_user.ban_duration, '') = '' THEN u.banned_until ELSE v_ban.until END,
            updated_at = pg_catalog.now()
        WHERE u.id = v_user.id;
    EXCEPTION
        -- Another took the address between the look and the change.
        WHEN unique_violation THEN
            v_refusal := howdah_private.auth_find_duplicate(v_given.email, v_given.phone, v_user.id);
            RETURN CASE WHEN (v_refusal).status IS NULL THEN howdah_private.auth_refuse('conflict') ELSE v_refusal END;
    END;
    PERFORM howdah_private.auth_audit('user_modified', NULL, (
        SELECT pg_catalog.jsonb_build_object('user_id', u.id, 'user_email', u.email, 'user_phone', u.phone)
        FROM auth.users AS u WHERE u.id = v_user.id));
    RETURN ROW(200, howdah_private.auth_user_json(v_user.id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_update_user(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                      pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.jsonb,
                                      pg_catalog.jsonb, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_update_user(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                           pg_catalog.text, pg_catalog.bool, pg_catalog.bool, pg_catalog.jsonb,
                                           pg_catalog.jsonb, pg_catalog.text)
    IS 'PUT /admin/users/{user_id}: change a user.';
REVOKE EXECUTE ON FUNCTION auth.admin_update_user(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                  pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                                  pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb,
                                                  pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_update_user(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                                 pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb,
                                                 pg_catalog.text)
    TO anon, authenticated, service_role;
