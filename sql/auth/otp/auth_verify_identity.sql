-- howdah_private.auth_verify_identity: the identity of an address, proven; made if the user has none.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user's identity of provider email or phone; app_metadata's provider and providers.
CREATE FUNCTION howdah_private.auth_verify_identity(user_id pg_catalog.uuid, address pg_catalog.text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind CONSTANT pg_catalog.text := CASE
        WHEN pg_catalog.strpos(auth_verify_identity.address, '@') > 0 THEN 'email' ELSE 'phone' END;
    v_data CONSTANT pg_catalog.jsonb := pg_catalog.jsonb_build_object(
        'sub', auth_verify_identity.user_id, v_kind, auth_verify_identity.address, v_kind || '_verified', true);
    v_names pg_catalog.jsonb;
BEGIN
    UPDATE auth.identities AS i SET identity_data = i.identity_data || v_data, updated_at = pg_catalog.now()
    WHERE i.provider = v_kind AND i.user_id = auth_verify_identity.user_id
      AND NOT i.identity_data @> v_data;
    INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    SELECT auth_verify_identity.user_id::pg_catalog.text, auth_verify_identity.user_id,
        '{"email_verified": false, "phone_verified": false}'::pg_catalog.jsonb || v_data,
        v_kind, pg_catalog.now(), pg_catalog.now(), pg_catalog.now()
    WHERE NOT EXISTS (
        SELECT 1 FROM auth.identities AS i WHERE i.provider = v_kind AND i.user_id = auth_verify_identity.user_id);
    SELECT pg_catalog.jsonb_agg(n.provider ORDER BY n.first) INTO v_names
    FROM (SELECT i.provider, pg_catalog.min(i.created_at) AS first FROM auth.identities AS i
          WHERE i.user_id = auth_verify_identity.user_id GROUP BY i.provider) AS n;
    UPDATE auth.users AS u SET
        raw_app_meta_data = COALESCE(u.raw_app_meta_data, '{}'::pg_catalog.jsonb)
            || pg_catalog.jsonb_build_object('provider', v_names -> 0, 'providers', v_names)
    WHERE u.id = auth_verify_identity.user_id
      AND u.raw_app_meta_data -> 'providers' IS DISTINCT FROM v_names;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_verify_identity(pg_catalog.uuid, pg_catalog.text)
    IS 'The identity of an address, proven; made if the user has none.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_verify_identity(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_verify_identity(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
