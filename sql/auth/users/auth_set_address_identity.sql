-- howdah_private.auth_set_address_identity: the e-mail or phone identity of a user, made or brought up to date.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user's identity of provider email or phone, if it is not so already; not app_metadata (auth_update_providers).
CREATE FUNCTION howdah_private.auth_set_address_identity(
    user_id pg_catalog.uuid, address pg_catalog.text, verified pg_catalog.bool)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind CONSTANT pg_catalog.text := CASE
        WHEN pg_catalog.strpos(auth_set_address_identity.address, '@') > 0 THEN 'email' ELSE 'phone' END;
    v_data CONSTANT pg_catalog.jsonb := pg_catalog.jsonb_build_object(
        'sub', auth_set_address_identity.user_id, v_kind, auth_set_address_identity.address,
        v_kind || '_verified', COALESCE(auth_set_address_identity.verified, false));
BEGIN
    UPDATE auth.identities AS i SET identity_data = i.identity_data || v_data, updated_at = pg_catalog.now()
    WHERE i.provider = v_kind AND i.user_id = auth_set_address_identity.user_id
      AND NOT i.identity_data @> v_data;
    INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    SELECT auth_set_address_identity.user_id::pg_catalog.text, auth_set_address_identity.user_id,
        '{"email_verified": false, "phone_verified": false}'::pg_catalog.jsonb || v_data,
        v_kind, pg_catalog.now(), pg_catalog.now(), pg_catalog.now()
    WHERE NOT EXISTS (
        SELECT 1 FROM auth.identities AS i WHERE i.provider = v_kind AND i.user_id = auth_set_address_identity.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_set_address_identity(pg_catalog.uuid, pg_catalog.text, pg_catalog.bool)
    IS 'The e-mail or phone identity of a user, made or brought up to date.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_set_address_identity(pg_catalog.uuid, pg_catalog.text, pg_catalog.bool)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_set_address_identity(pg_catalog.uuid, pg_catalog.text, pg_catalog.bool)
    TO howdah_owner;
