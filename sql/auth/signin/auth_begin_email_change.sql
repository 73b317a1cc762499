-- howdah_private.auth_begin_email_change: note the new address and ask for its confirmation, or take it at once.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    users.email_change, codes and mails; or the address itself (auth_confirms_email_at_once).
-- Returns   a row of nulls; email_exists if somebody took it meanwhile.
CREATE FUNCTION howdah_private.auth_begin_email_change(
    user_id pg_catalog.uuid,
    email pg_catalog.text,
    is_anonymous pg_catalog.bool,
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text,
    redirect_to pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow pg_catalog.uuid;
BEGIN
    IF howdah_private.auth_confirms_email_at_once(auth_begin_email_change.is_anonymous) THEN
        BEGIN
            UPDATE auth.users AS u
            SET email = auth_begin_email_change.email, updated_at = pg_catalog.now()
            WHERE u.id = auth_begin_email_change.user_id;
        EXCEPTION
            WHEN unique_violation THEN
                RETURN howdah_private.auth_refuse('email_exists');
        END;
        PERFORM howdah_private.auth_confirm_address(auth_begin_email_change.user_id, auth_begin_email_change.email);
        RETURN NULL;
    END IF;
    UPDATE auth.users AS u
    SET email_change = auth_begin_email_change.email, email_change_confirm_status = 0, updated_at = pg_catalog.now()
    WHERE u.id = auth_begin_email_change.user_id;
    IF COALESCE(auth_begin_email_change.code_challenge, '') <> '' THEN
        v_flow := howdah_private.auth_start_flow(
            auth_begin_email_change.code_challenge, auth_begin_email_change.code_challenge_method, 'email_change',
            auth_begin_email_change.user_id, auth_begin_email_change.redirect_to);
    END IF;
    PERFORM howdah_private.auth_mail_email_change(
        auth_begin_email_change.user_id, auth_begin_email_change.redirect_to, v_flow);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_begin_email_change(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Note the new address and ask for its confirmation.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_begin_email_change(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_begin_email_change(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
