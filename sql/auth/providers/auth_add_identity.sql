-- howdah_private.auth_add_identity: give a user an identity at a provider.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   its id; NULL if the identity is somebody's already: the key is (issuer, subject), never an address.
CREATE FUNCTION howdah_private.auth_add_identity(
    user_id pg_catalog.uuid,
    provider pg_catalog.text,
    profile pg_catalog.jsonb
)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id pg_catalog.uuid;
BEGIN
    INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    VALUES (auth_add_identity.profile ->> 'sub', auth_add_identity.user_id, auth_add_identity.profile -> 'data',
            auth_add_identity.provider, pg_catalog.now(), pg_catalog.clock_timestamp(), pg_catalog.now())
    ON CONFLICT ON CONSTRAINT identities_provider_id_provider_unique DO NOTHING
    RETURNING id INTO v_id;
    IF v_id IS NOT NULL THEN
        PERFORM howdah_private.auth_update_providers(auth_add_identity.user_id);
    END IF;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_add_identity(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) IS 'Give a user an identity at a provider.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_add_identity(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_add_identity(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
