-- howdah_private.auth_know_identity: sign in the user whose identity this is.
--
-- Runs as   invoker: howdah_private.auth_admit_profile is howdah_owner.
-- Writes    what the provider says of him now, into the identity and user_metadata. His address is confirmed if it is the one that
--           the provider vouches for. It is never changed: who may change an address at a provider could else come to own another's.
-- Returns   identity_id, user_id, or refusal; all NULL: nobody has this identity.
CREATE FUNCTION howdah_private.auth_know_identity(
    provider pg_catalog.jsonb,
    profile pg_catalog.jsonb,
    OUT user_id pg_catalog.uuid,
    OUT identity_id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_identity auth.identities;
    v_profile  pg_catalog.jsonb := auth_know_identity.profile;
BEGIN
    SELECT i.* INTO v_identity FROM auth.identities AS i
    WHERE i.provider = auth_know_identity.provider ->> 'name' AND i.provider_id = v_profile ->> 'sub';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF NOT howdah_private.auth_same_issuer(v_identity.identity_data ->> 'iss', v_profile #>> '{data,iss}') THEN
        refusal := howdah_private.auth_refuse('bad_oauth_callback', 'This identity is of another issuer');
        RETURN;
    END IF;
    refusal := howdah_private.auth_refuse_user(v_identity.user_id);
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    user_id := v_identity.user_id;
    identity_id := v_identity.id;
    UPDATE auth.identities AS i
    SET identity_data = v_profile -> 'data', last_sign_in_at = pg_catalog.now(), updated_at = pg_catalog.now()
    WHERE i.id = v_identity.id;
    UPDATE auth.users AS u
    SET raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}') || (v_profile -> 'data'),
        email_confirmed_at = CASE
            WHEN (v_profile ->> 'email_verified')::pg_catalog.bool AND u.email = v_profile ->> 'email'
                THEN COALESCE(u.email_confirmed_at, pg_catalog.now())
            ELSE u.email_confirmed_at END,
        is_anonymous = false, updated_at = pg_catalog.now()
    WHERE u.id = v_identity.user_id;
    PERFORM howdah_private.auth_audit('login', v_identity.user_id, pg_catalog.jsonb_build_object(
        'provider', v_identity.provider, 'identity_id', v_identity.id));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_know_identity(
    pg_catalog.jsonb, pg_catalog.jsonb) IS 'Sign in the user whose identity this is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_know_identity(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_know_identity(pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
