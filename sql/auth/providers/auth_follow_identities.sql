-- howdah_private.auth_follow_identities: the address of a user whose identity has gone.
--
-- Runs as   invoker: auth.unlink_identity is howdah_owner.
-- Writes    an address that no identity has any more: the oldest that a provider vouches for, if there is one; else it stays.
-- Raises    23505 if another account has that.
CREATE FUNCTION howdah_private.auth_follow_identities(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email pg_catalog.text;
BEGIN
    SELECT i.email INTO v_email FROM auth.identities AS i
    WHERE i.user_id = auth_follow_identities.user_id AND i.identity_data ->> 'email_verified' = 'true' AND i.email <> ''
    ORDER BY i.created_at, i.id LIMIT 1;
    UPDATE auth.users AS u SET email = howdah_private.auth_normalize_email(v_email), updated_at = pg_catalog.now()
    WHERE u.id = auth_follow_identities.user_id AND v_email IS NOT NULL AND u.email IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM auth.identities AS i WHERE i.user_id = u.id AND i.email = pg_catalog.lower(u.email));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_follow_identities(
    pg_catalog.uuid) IS 'The address of a user whose identity has gone.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_follow_identities(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_follow_identities(pg_catalog.uuid) TO howdah_owner;
