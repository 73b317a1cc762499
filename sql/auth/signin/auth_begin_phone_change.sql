-- howdah_private.auth_begin_phone_change: note the new number and ask for its confirmation, or take it at once.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    users.phone_change, a code and its message; or the number itself (sms_autoconfirm) and a notice.
-- Returns   a row of nulls; phone_exists if somebody took it meanwhile.
CREATE FUNCTION howdah_private.auth_begin_phone_change(
    user_id pg_catalog.uuid, phone pg_catalog.text, channel pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_old pg_catalog.text;
BEGIN
    IF auth.get('sms_autoconfirm')::pg_catalog.bool THEN
        SELECT u.phone INTO v_old FROM auth.users AS u WHERE u.id = auth_begin_phone_change.user_id;
        BEGIN
            UPDATE auth.users AS u
            SET phone = auth_begin_phone_change.phone, updated_at = pg_catalog.now()
            WHERE u.id = auth_begin_phone_change.user_id;
        EXCEPTION
            WHEN unique_violation THEN
                RETURN howdah_private.auth_refuse('phone_exists');
        END;
        PERFORM howdah_private.auth_confirm_address(auth_begin_phone_change.user_id, auth_begin_phone_change.phone);
        PERFORM howdah_private.auth_notify(auth_begin_phone_change.user_id, 'phone_changed',
            pg_catalog.jsonb_build_object('old_phone', v_old));
        RETURN NULL;
    END IF;
    UPDATE auth.users AS u
    SET phone_change = auth_begin_phone_change.phone, updated_at = pg_catalog.now()
    WHERE u.id = auth_begin_phone_change.user_id;
    PERFORM howdah_private.auth_text_secret(
        auth_begin_phone_change.user_id, 'phone_change', auth_begin_phone_change.phone,
        auth_begin_phone_change.channel);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_begin_phone_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    IS 'Note the new number and ask for its confirmation.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_begin_phone_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_begin_phone_change(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
