-- howdah_private.auth_address_holds: is the address that a secret was sent to still the one that its place is
-- about? Once the user's address changes, secrets sent to the former one are dead.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_address_holds(
    user_id    pg_catalog.uuid,
    token_type auth.one_time_token_type,
    relates_to pg_catalog.text
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM auth.users AS u
        WHERE u.id = auth_address_holds.user_id AND u.deleted_at IS NULL
          AND CASE auth_address_holds.token_type
              WHEN 'email_change_token_new' THEN pg_catalog.lower(u.email_change) = auth_address_holds.relates_to
              WHEN 'phone_change_token' THEN u.phone_change = auth_address_holds.relates_to
              ELSE pg_catalog.lower(u.email) = auth_address_holds.relates_to
                  OR u.phone = auth_address_holds.relates_to END);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_address_holds(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text)
    IS 'Is the address that a secret was sent to still the one that its place is about?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_address_holds(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_address_holds(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text) TO howdah_owner;
