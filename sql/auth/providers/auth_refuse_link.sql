-- howdah_private.auth_refuse_link: may this identity become this user's?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   identity_already_exists, email_exists (an address that the account would get is another's), signup_disabled (an anonymous
--           user, while nobody like him may sign up); status NULL: it may.
CREATE FUNCTION howdah_private.auth_refuse_link(
    provider pg_catalog.text,
    user_id pg_catalog.uuid,
    profile pg_catalog.jsonb
)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer;
    v_owner pg_catalog.uuid;
    v_email pg_catalog.text := howdah_private.auth_normalize_email(auth_refuse_link.profile ->> 'email');
BEGIN
    SELECT i.user_id INTO v_owner FROM auth.identities AS i
    WHERE i.provider = auth_refuse_link.provider AND i.provider_id = auth_refuse_link.profile ->> 'sub';
    IF v_owner = auth_refuse_link.user_id THEN
        RETURN howdah_private.auth_refuse('identity_already_exists', 'Identity is already linked');
    ELSIF FOUND THEN
        RETURN howdah_private.auth_refuse('identity_already_exists');
    END IF;
    -- An identity is what makes an account of an anonymous one.
    IF EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = auth_refuse_link.user_id AND u.is_anonymous) THEN
        v_refusal := howdah_private.auth_check_provider_policy(auth_refuse_link.profile);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;
    IF (auth_refuse_link.profile ->> 'email_verified')::pg_catalog.bool
        AND EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = auth_refuse_link.user_id AND COALESCE(u.email, '') = '')
        AND EXISTS (SELECT 1 FROM auth.users AS u WHERE u.email = v_email AND u.is_sso_user = false) THEN
        RETURN howdah_private.auth_refuse('email_exists');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_link(
    pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb) IS 'May this identity become this user''s?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_link(
    pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_link(
    pg_catalog.text, pg_catalog.uuid, pg_catalog.jsonb) TO howdah_owner;
