-- howdah_private.auth_add_identity: the e-mail or phone identity of a user, made or brought up to date.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    one auth.identities row.
CREATE FUNCTION howdah_private.auth_add_identity(
    user_id pg_catalog.uuid,
    provider pg_catalog.text,
    address pg_catalog.text,
    verified pg_catalog.bool
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_data pg_catalog.jsonb := pg_catalog.jsonb_build_object(
        'sub', auth_add_identity.user_id,
        auth_add_identity.provider, auth_add_identity.address,
        auth_add_identity.provider || '_verified', COALESCE(auth_add_identity.verified, false));
BEGIN
    INSERT INTO auth.identities AS i (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    VALUES (auth_add_identity.user_id::pg_catalog.text, auth_add_identity.user_id,
            '{"email_verified": false, "phone_verified": false}'::pg_catalog.jsonb || v_data, auth_add_identity.provider,
            pg_catalog.now(), pg_catalog.now(), pg_catalog.now())
    ON CONFLICT ON CONSTRAINT identities_provider_id_provider_unique
    DO UPDATE SET identity_data = i.identity_data || v_data, updated_at = pg_catalog.now()
    WHERE i.user_id = auth_add_identity.user_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_add_identity(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                     pg_catalog.bool)
    IS 'The e-mail or phone identity of a user, made or brought up to date.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_add_identity(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                            pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_add_identity(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                           pg_catalog.bool)
    TO howdah_owner;
