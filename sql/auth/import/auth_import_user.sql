-- howdah_private.auth_import_user: one user who is brought from elsewhere.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user and his identities, unless the id, the address or the number is taken.
-- Returns   made, exists or refused, and what is wrong: with the whole, or (made) with his password.
CREATE FUNCTION howdah_private.auth_import_user(
    entry pg_catalog.jsonb,
    OUT status pg_catalog.text,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id    pg_catalog.uuid := entry ->> 'id';
    v_email pg_catalog.text := howdah_private.auth_normalize_email(NULLIF(entry ->> 'email', ''));
    v_phone pg_catalog.text := howdah_private.auth_normalize_phone(NULLIF(entry ->> 'phone', ''));
    v_hash  pg_catalog.text := entry ->> 'password_hash';
    v_now   pg_catalog.timestamptz := pg_catalog.now();
    v_known pg_catalog.jsonb := COALESCE(NULLIF(entry -> 'identities', 'null'), '[]');
BEGIN
    status := 'refused';
    problem := CASE
        WHEN v_id IS NULL THEN 'no id'
        WHEN entry ->> 'email' <> '' AND v_email IS NULL THEN 'not an e-mail address'
        WHEN entry ->> 'phone' <> '' AND v_phone IS NULL THEN 'not a phone number' END;
    IF problem IS NOT NULL THEN
        RETURN;
    ELSIF EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = v_id) THEN
        status := 'exists';
        RETURN;
    ELSIF (howdah_private.auth_find_duplicate(v_email, v_phone, NULL)).status IS NOT NULL THEN
        problem := 'another user has this address or number';
        RETURN;
    END IF;
    IF v_hash IS NOT NULL AND (pg_catalog.length(v_hash) > 255 OR howdah_private.password_scheme(v_hash) IS NULL) THEN
        problem := 'imported without the password, whose hash is of no kind that can be verified';
        v_hash := NULL;
    END IF;
    INSERT INTO auth.users (instance_id, id, aud, role, email, phone, encrypted_password, email_confirmed_at, phone_confirmed_at,
                            raw_app_meta_data, raw_user_meta_data, banned_until, created_at, updated_at, last_sign_in_at)
    VALUES ('00000000-0000-0000-0000-000000000000', v_id, auth.get('jwt_aud'), auth.get('jwt_default_group_name'), v_email, v_phone, v_hash,
            CASE WHEN v_email IS NOT NULL AND (entry ->> 'email_confirmed')::pg_catalog.bool
                 THEN COALESCE((entry ->> 'created_at')::pg_catalog.timestamptz, v_now) END,
            CASE WHEN v_phone IS NOT NULL AND (entry ->> 'phone_confirmed')::pg_catalog.bool
                 THEN COALESCE((entry ->> 'created_at')::pg_catalog.timestamptz, v_now) END,
            COALESCE(NULLIF(entry -> 'app_metadata', 'null'), '{}'), COALESCE(NULLIF(entry -> 'user_metadata', 'null'), '{}'),
            CASE WHEN (entry ->> 'banned')::pg_catalog.bool THEN v_now + pg_catalog.make_interval(years => 100) END,
            COALESCE((entry ->> 'created_at')::pg_catalog.timestamptz, v_now), v_now,
            (entry ->> 'last_sign_in_at')::pg_catalog.timestamptz);
    IF v_email IS NOT NULL AND (v_hash IS NOT NULL OR v_known = '[]') THEN
        PERFORM howdah_private.auth_set_address_identity(v_id, v_email, (entry ->> 'email_confirmed')::pg_catalog.bool);
    END IF;
    IF v_phone IS NOT NULL THEN
        PERFORM howdah_private.auth_set_address_identity(v_id, v_phone, (entry ->> 'phone_confirmed')::pg_catalog.bool);
    END IF;
    INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
    SELECT i.item ->> 'provider_id', v_id, COALESCE(i.item -> 'identity_data', '{}'), i.item ->> 'provider', v_now, v_now
    FROM pg_catalog.jsonb_array_elements(v_known) AS i (item);
    UPDATE auth.users AS u
    SET raw_app_meta_data = u.raw_app_meta_data || howdah_private.auth_provider_list(u.id, u.raw_app_meta_data)
    WHERE u.id = v_id;
    status := 'made';
EXCEPTION
    -- One bad entry is no reason to leave out the others. Its trigger's words are for the DBA, who called this.
    WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN
        status := 'refused';
        problem := SQLERRM;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_import_user(pg_catalog.jsonb)
    IS 'One user who is brought from elsewhere.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_import_user(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_import_user(pg_catalog.jsonb)
    TO howdah_owner;
