-- howdah_private.auth_create_user: the one place that makes users, and the identity that they begin with.
--
-- The hooks before_user_created and after_user_created run here, and the triggers that the app has on auth.users. What a
-- trigger raises undoes the user and is the developer's to read: it goes to the server's log.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    one auth.users row, its auth.identities row (none for an anonymous user), what hooks and triggers write.
-- Returns   user_id; or a refusal and no user: of the hook, user_already_exists if the address was taken meanwhile
--           (email_exists and phone_exists are the caller's to say), unexpected_failure "Database error saving new user"
--           (500) if a trigger raised.
-- Raises    40001 and 40P01 as they come: the request is made anew.
--
-- email and phone are in their normal form. password_hash NULL: no password. provider: email, phone, anonymous, or the
-- name of a provider with provider_id its subject and identity_data what it said. app_data is laid over
-- {provider, providers}. id is for those who must know it beforehand. run_before_hook false: the caller has asked it.
CREATE TYPE howdah_private.auth_created AS (refusal auth.answer, user_id pg_catalog.uuid);
COMMENT ON TYPE howdah_private.auth_created IS 'What howdah_private.auth_create_user() returns.';
REVOKE USAGE ON TYPE howdah_private.auth_created FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_created TO howdah_owner;

CREATE FUNCTION howdah_private.auth_create_user(
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password_hash pg_catalog.text DEFAULT NULL,
    provider pg_catalog.text DEFAULT NULL,
    provider_id pg_catalog.text DEFAULT NULL,
    identity_data pg_catalog.jsonb DEFAULT NULL,
    user_data pg_catalog.jsonb DEFAULT NULL,
    app_data pg_catalog.jsonb DEFAULT NULL,
    email_confirmed pg_catalog.bool DEFAULT false,
    phone_confirmed pg_catalog.bool DEFAULT false,
    invited pg_catalog.bool DEFAULT false,
    is_sso_user pg_catalog.bool DEFAULT false,
    role pg_catalog.text DEFAULT NULL,
    id pg_catalog.uuid DEFAULT NULL,
    run_before_hook pg_catalog.bool DEFAULT true
)
RETURNS howdah_private.auth_created
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made     howdah_private.auth_created;
    v_provider pg_catalog.text := COALESCE(
        auth_create_user.provider,
        CASE WHEN auth_create_user.email IS NOT NULL THEN 'email'
             WHEN auth_create_user.phone IS NOT NULL THEN 'phone' ELSE 'anonymous' END);
    v_own      pg_catalog.bool := v_provider IN ('email', 'phone');
    v_id       pg_catalog.uuid := COALESCE(auth_create_user.id, pg_catalog.gen_random_uuid());
    v_app      pg_catalog.jsonb := '{}';
    v_user     pg_catalog.jsonb := COALESCE(auth_create_user.user_data, '{}');
    v_identity pg_catalog.jsonb;
    v_now      pg_catalog.timestamptz := pg_catalog.now();
    v_where    pg_catalog.text;
BEGIN
    IF v_provider <> 'anonymous' THEN
        v_app := pg_catalog.jsonb_build_object(
            'provider', v_provider, 'providers', pg_catalog.jsonb_build_array(v_provider));
        v_identity := COALESCE(auth_create_user.identity_data, '{}');
    END IF;
    v_app := v_app || COALESCE(auth_create_user.app_data, '{}');
    IF v_own THEN
        v_identity := v_identity || v_user || howdah_private.auth_own_claims(
            v_id, auth_create_user.email, auth_create_user.phone,
            auth_create_user.email_confirmed, auth_create_user.phone_confirmed);
        v_user := v_user || howdah_private.auth_own_claims(
            v_id, auth_create_user.email, auth_create_user.phone,
            auth_create_user.email_confirmed, auth_create_user.phone_confirmed);
    END IF;
    IF auth_create_user.run_before_hook THEN
        v_made.refusal := howdah_private.auth_before_user_created(
            v_id, auth_create_user.email, auth_create_user.phone, v_app, v_user, v_provider = 'anonymous');
        IF (v_made.refusal).status IS NOT NULL THEN
            RETURN v_made;
        END IF;
    END IF;

    BEGIN
        INSERT INTO auth.users AS u (
            instance_id, id, aud, role, email, phone, encrypted_password, raw_app_meta_data, raw_user_meta_data,
            email_confirmed_at, phone_confirmed_at, invited_at, is_sso_user, is_anonymous, created_at, updated_at)
        VALUES (
            '00000000-0000-0000-0000-000000000000', v_id, auth.get('jwt_aud'),
            COALESCE(auth_create_user.role, auth.get('jwt_default_group_name')),
            auth_create_user.email, auth_create_user.phone, auth_create_user.password_hash, v_app, v_user,
            CASE WHEN auth_create_user.email_confirmed THEN v_now END,
            CASE WHEN auth_create_user.phone_confirmed THEN v_now END,
            CASE WHEN auth_create_user.invited THEN v_now END,
            auth_create_user.is_sso_user, v_provider = 'anonymous', v_now, v_now);
        IF v_provider <> 'anonymous' THEN
            INSERT INTO auth.identities (
                provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
            VALUES (
                COALESCE(auth_create_user.provider_id, v_id::pg_catalog.text), v_id, v_identity, v_provider,
                CASE WHEN auth_create_user.invited THEN NULL ELSE v_now END, v_now, v_now);
        END IF;
    EXCEPTION
        WHEN serialization_failure OR deadlock_detected THEN
            RAISE;
        WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS v_where = TABLE_NAME;
            IF v_where IN ('users', 'identities') THEN
                v_made.refusal := howdah_private.auth_refuse('user_already_exists');
            ELSE
                v_made.refusal := howdah_private.auth_trigger_failed(SQLSTATE, SQLERRM);
            END IF;
            RETURN v_made;
        WHEN OTHERS THEN
            v_made.refusal := howdah_private.auth_trigger_failed(SQLSTATE, SQLERRM);
            RETURN v_made;
    END;

    v_made.user_id := v_id;
    PERFORM howdah_private.auth_run_hook('after_user_created', pg_catalog.jsonb_build_object(
        'user', howdah_private.auth_user_json(v_id)));
    RETURN v_made;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_create_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool,
    pg_catalog.text, pg_catalog.uuid, pg_catalog.bool)
    IS 'The one place that makes users, and the identity that they begin with.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_create_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool,
    pg_catalog.text, pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_create_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool, pg_catalog.bool,
    pg_catalog.text, pg_catalog.uuid, pg_catalog.bool) TO howdah_owner;
