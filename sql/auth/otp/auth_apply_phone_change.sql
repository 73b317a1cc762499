-- howdah_private.auth_apply_phone_change: the new phone number is proven: it takes the former one's place.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the users row and its phone identity, an audit row, a notice to the confirmed e-mail address.
-- Returns   a refusal: phone_exists, if somebody has taken the number meanwhile; otp_expired, if the change is
--           another by now. Status NULL: done.
CREATE FUNCTION howdah_private.auth_apply_phone_change(proof howdah_private.one_time_proof)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user  CONSTANT pg_catalog.uuid := (auth_apply_phone_change.proof).user_id;
    v_phone CONSTANT pg_catalog.text := (auth_apply_phone_change.proof).relates_to;
    v_old   pg_catalog.text;
BEGIN
    SELECT u.phone INTO v_old FROM auth.users AS u WHERE u.id = v_user;
    UPDATE auth.users AS u SET
        phone = u.phone_change, phone_change = '', phone_confirmed_at = pg_catalog.now(),
        is_anonymous = false, updated_at = pg_catalog.now(),
        raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}'::pg_catalog.jsonb)
            || pg_catalog.jsonb_build_object('phone', u.phone_change, 'phone_verified', true)
    WHERE u.id = v_user AND u.phone_change = v_phone AND u.deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('otp_expired');
    END IF;
    PERFORM howdah_private.auth_verify_identity(v_user, v_phone);
    PERFORM howdah_private.auth_audit('user_modified', v_user, '{"changed": "phone"}');
    PERFORM howdah_private.auth_notify(v_user, 'phone_changed', pg_catalog.jsonb_build_object('old_phone', v_old));
    RETURN NULL;
EXCEPTION WHEN unique_violation THEN
    RETURN howdah_private.auth_refuse('phone_exists');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_apply_phone_change(howdah_private.one_time_proof)
    IS 'The new phone number is proven: it takes the former one''s place.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_apply_phone_change(howdah_private.one_time_proof) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_apply_phone_change(howdah_private.one_time_proof) TO howdah_owner;
