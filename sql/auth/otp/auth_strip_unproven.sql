-- howdah_private.auth_strip_unproven: on an account that nobody has proven an address of, leave nobody a way in.
--
-- Whoever signed up with somebody else's address may have left a password, sessions, factors, passkeys,
-- identities of providers, another address. Its owner now comes by code or link, and of all that nothing may stay.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     the address that is being proven; it stays.
-- Writes    nothing once any address of the account is confirmed. Else: password, sessions (with their refresh
--           tokens), factors, passkeys, recovery codes, other identities, the other address, changes under way, unused secrets.
-- Returns   whether it did.
CREATE FUNCTION howdah_private.auth_strip_unproven(user_id pg_catalog.uuid, address pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_mail CONSTANT pg_catalog.bool := pg_catalog.strpos(auth_strip_unproven.address, '@') > 0;
BEGIN
    UPDATE auth.users AS u SET
        encrypted_password = '',
        email = CASE WHEN v_mail THEN u.email END,
        phone = CASE WHEN NOT v_mail THEN u.phone END,
        email_change = '', email_change_confirm_status = 0, phone_change = ''
    WHERE u.id = auth_strip_unproven.user_id
      AND u.email_confirmed_at IS NULL AND u.phone_confirmed_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.auth_end_sessions(auth_strip_unproven.user_id);
    DELETE FROM auth.mfa_factors AS f WHERE f.user_id = auth_strip_unproven.user_id;
    DELETE FROM auth.mfa_recovery_code_sets AS r WHERE r.user_id = auth_strip_unproven.user_id;
    DELETE FROM auth.webauthn_credentials AS w WHERE w.user_id = auth_strip_unproven.user_id;
    DELETE FROM auth.identities AS i
    WHERE i.user_id = auth_strip_unproven.user_id
      AND i.provider <> CASE WHEN v_mail THEN 'email' ELSE 'phone' END;
    DELETE FROM auth.one_time_tokens AS t
    WHERE t.user_id = auth_strip_unproven.user_id AND t.consumed_at IS NULL;
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_strip_unproven(pg_catalog.uuid, pg_catalog.text)
    IS 'On an account that nobody has proven an address of, leave nobody a way in.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_strip_unproven(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_strip_unproven(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
