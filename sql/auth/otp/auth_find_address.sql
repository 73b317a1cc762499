-- howdah_private.auth_find_address: whose is this address? Users of an SSO provider are never found by it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     a normal form (auth_normalize_email, auth_normalize_phone): an e-mail address has an @.
CREATE FUNCTION howdah_private.auth_find_address(address pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.strpos(auth_find_address.address, '@') > 0 THEN
        RETURN (SELECT u.id FROM auth.users AS u
                WHERE u.email = auth_find_address.address AND u.is_sso_user = false AND u.deleted_at IS NULL);
    END IF;
    RETURN (SELECT u.id FROM auth.users AS u
            WHERE u.phone = auth_find_address.address AND u.deleted_at IS NULL);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_find_address(pg_catalog.text) IS 'Whose is this e-mail address or phone number?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_find_address(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_find_address(pg_catalog.text) TO howdah_owner;
