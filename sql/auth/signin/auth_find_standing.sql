-- howdah_private.auth_find_standing: whose is an address, and is the account worth anything?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   one row. standing unknown: nobody's. unproven: an account that nobody confirmed, was invited to, signed in to or
--           linked: whoever signs up again takes it over. taken: any other.
CREATE FUNCTION howdah_private.auth_find_standing(
    address pg_catalog.text,
    OUT user_id pg_catalog.uuid,
    OUT standing pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    auth_find_standing.user_id := howdah_private.auth_find_address(auth_find_standing.address);
    SELECT CASE WHEN u.email_confirmed_at IS NULL AND u.phone_confirmed_at IS NULL AND u.invited_at IS NULL
                     AND u.last_sign_in_at IS NULL AND u.banned_until IS NULL AND NOT u.is_anonymous
                     AND NOT EXISTS (SELECT 1 FROM auth.identities AS i
                                     WHERE i.user_id = u.id AND i.provider NOT IN ('email', 'phone'))
                THEN 'unproven' ELSE 'taken' END
    INTO auth_find_standing.standing
    FROM auth.users AS u WHERE u.id = auth_find_standing.user_id;
    auth_find_standing.standing := COALESCE(auth_find_standing.standing, 'unknown');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_find_standing(pg_catalog.text)
    IS 'Whose is an address, and is the account worth anything?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_find_standing(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_find_standing(pg_catalog.text) TO howdah_owner;
