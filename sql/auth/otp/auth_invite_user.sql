-- howdah_private.auth_invite_user: the account that an invitation is for: the unconfirmed one of the address, or a new
-- one. Whoever signed up with the address before keeps nothing of it once the invitation is accepted.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user if there is none, an audit row.
-- Returns   user_id; or email_exists.
CREATE FUNCTION howdah_private.auth_invite_user(
    email       pg_catalog.text,
    data        pg_catalog.jsonb,
    OUT refusal auth.answer,
    OUT user_id pg_catalog.uuid
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made record;
BEGIN
    user_id := howdah_private.auth_find_address(auth_invite_user.email);
    IF (SELECT u.confirmed_at IS NOT NULL FROM auth.users AS u WHERE u.id = auth_invite_user.user_id) THEN
        refusal := howdah_private.auth_refuse('email_exists');
        RETURN;
    END IF;
    IF user_id IS NULL THEN
        v_made := howdah_private.auth_create_user(
            email => auth_invite_user.email, user_data => auth_invite_user.data, invited => true);
        IF (v_made.refusal).status IS NOT NULL THEN
            refusal := v_made.refusal;
            RETURN;
        END IF;
        user_id := v_made.user_id;
    END IF;
    PERFORM howdah_private.auth_audit('user_invited', auth_invite_user.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_invite_user(pg_catalog.text, pg_catalog.jsonb)
    IS 'The account that an invitation is for.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_invite_user(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_invite_user(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
