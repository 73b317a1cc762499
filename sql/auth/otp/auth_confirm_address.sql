-- howdah_private.auth_confirm_address: the user's address is proven.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the users row, if the address is (still) the user's; the address's identity, which is made if missing;
--           app_metadata's providers.
-- Returns   whether the address is the user's: asked on the row's latest version, under its lock.
CREATE FUNCTION howdah_private.auth_confirm_address(user_id pg_catalog.uuid, address pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail CONSTANT pg_catalog.bool := pg_catalog.strpos(auth_confirm_address.address, '@') > 0;
BEGIN
    UPDATE auth.users AS u SET
        email_confirmed_at = CASE WHEN v_mail THEN COALESCE(u.email_confirmed_at, pg_catalog.now())
                                  ELSE u.email_confirmed_at END,
        phone_confirmed_at = CASE WHEN v_mail THEN u.phone_confirmed_at
                                  ELSE COALESCE(u.phone_confirmed_at, pg_catalog.now()) END,
        raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}'::pg_catalog.jsonb) || CASE WHEN v_mail
            THEN '{"email_verified": true}'::pg_catalog.jsonb ELSE '{"phone_verified": true}'::pg_catalog.jsonb END,
        is_anonymous = false,
        updated_at = pg_catalog.now()
    WHERE u.id = auth_confirm_address.user_id AND u.deleted_at IS NULL
      AND CASE WHEN v_mail THEN pg_catalog.lower(u.email) ELSE u.phone END = auth_confirm_address.address;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.auth_verify_identity(auth_confirm_address.user_id, auth_confirm_address.address);
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_confirm_address(pg_catalog.uuid, pg_catalog.text)
    IS 'The user''s address is proven.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_confirm_address(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_confirm_address(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
