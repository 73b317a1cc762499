-- howdah_private.auth_apply_wish: the changes of an account that its user may make, once everything is in order.
--
-- Runs as   invoker: auth.update_user, which calls it, is howdah_owner.
-- Writes    as auth.update_user.
-- Returns   a row of nulls, or a refusal: then the caller rolls back what was written.
CREATE FUNCTION howdah_private.auth_apply_wish(
    caller howdah_private.auth_caller,
    wish howdah_private.auth_wish,
    password_hash pg_catalog.text,
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text,
    redirect_to pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user_id pg_catalog.uuid := (auth_apply_wish.caller).user_id;
    v_wish    howdah_private.auth_wish := auth_apply_wish.wish;
    v_refusal auth.answer;
BEGIN
    IF auth_apply_wish.password_hash IS NOT NULL THEN
        PERFORM howdah_private.auth_replace_password(
            v_user_id, (auth_apply_wish.caller).session_id, auth_apply_wish.password_hash);
    END IF;
    IF v_wish.data IS NOT NULL THEN
        UPDATE auth.users AS u
        SET raw_user_meta_data = howdah_private.auth_merge_metadata(u.raw_user_meta_data, v_wish.data),
            updated_at = pg_catalog.now()
        WHERE u.id = v_user_id;
    END IF;
    IF v_wish.email IS NOT NULL THEN
        v_refusal := howdah_private.auth_begin_email_change(
            v_user_id, v_wish.email, v_wish.is_anonymous, auth_apply_wish.code_challenge,
            auth_apply_wish.code_challenge_method, auth_apply_wish.redirect_to);
    END IF;
    IF v_wish.phone IS NOT NULL AND (v_refusal).status IS NULL THEN
        v_refusal := howdah_private.auth_begin_phone_change(v_user_id, v_wish.phone, v_wish.channel);
    END IF;
    IF (v_refusal).status IS NULL THEN
        PERFORM howdah_private.auth_audit('user_modified', v_user_id);
    END IF;
    RETURN v_refusal;
EXCEPTION
    -- PGRST: what a hook that sends refuses.
    WHEN serialization_failure OR deadlock_detected OR SQLSTATE 'PGRST' THEN
        RAISE;
    WHEN OTHERS THEN
        RETURN howdah_private.auth_trigger_failed(SQLSTATE, SQLERRM, 'Error updating user');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_apply_wish(
    howdah_private.auth_caller, howdah_private.auth_wish, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text) IS 'The changes of an account that its user may make.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_apply_wish(
    howdah_private.auth_caller, howdah_private.auth_wish, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_apply_wish(
    howdah_private.auth_caller, howdah_private.auth_wish, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text) TO howdah_owner;
