-- howdah_private.auth_find_duplicate: does anybody else have this e-mail address or phone number?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   email_exists or phone_exists, status NULL if nobody has.
CREATE FUNCTION howdah_private.auth_find_duplicate(
    email pg_catalog.text,
    phone pg_catalog.text,
    except_user pg_catalog.uuid
)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- An address that another user signs in with at a provider counts too: else two accounts would wait to be linked.
    IF EXISTS (SELECT 1 FROM auth.users AS u
               WHERE u.email = auth_find_duplicate.email AND NOT u.is_sso_user
                 AND u.id IS DISTINCT FROM auth_find_duplicate.except_user)
       OR EXISTS (SELECT 1 FROM auth.identities AS i
                  WHERE i.email = auth_find_duplicate.email AND i.provider NOT LIKE 'sso:%'
                    AND i.user_id IS DISTINCT FROM auth_find_duplicate.except_user) THEN
        RETURN howdah_private.auth_refuse('email_exists');
    END IF;
    IF EXISTS (SELECT 1 FROM auth.users AS u
               WHERE u.phone = auth_find_duplicate.phone AND u.id IS DISTINCT FROM auth_find_duplicate.except_user) THEN
        RETURN howdah_private.auth_refuse('phone_exists', 'Phone number already registered by another user');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_find_duplicate(pg_catalog.text, pg_catalog.text, pg_catalog.uuid)
    IS 'Does anybody else have this e-mail address or phone number?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_find_duplicate(pg_catalog.text, pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_find_duplicate(pg_catalog.text, pg_catalog.text, pg_catalog.uuid)
    TO howdah_owner;
