-- howdah_private.auth_check_new_password: may this caller set this password?
--
-- Runs as   invoker: auth.update_user, which calls it, is howdah_owner.
-- Writes    the counted try, if a current password is given; the nonce is used up.
-- Returns   a refusal, or a row of nulls.
-- Timing    up to two password hashes, with no row locked.
CREATE FUNCTION howdah_private.auth_check_new_password(
    caller howdah_private.auth_caller,
    wish howdah_private.auth_wish,
    current_password pg_catalog.text,
    nonce pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user_id  pg_catalog.uuid := (auth_check_new_password.caller).user_id;
    v_wish     howdah_private.auth_wish := auth_check_new_password.wish;
    v_current  pg_catalog.text := NULLIF(auth_check_new_password.current_password, '');
    v_known    pg_catalog.bool := false;
    v_required pg_catalog.bool;
    v_tried    record;
    v_refusal  auth.answer;
BEGIN
    v_refusal := howdah_private.auth_check_password(
        v_wish.password, ARRAY[v_wish.email, v_wish.phone, v_wish.old_email, v_wish.old_phone]);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    -- Somebody who came by a recovery mail does not know it, and has proven himself otherwise.
    v_required := v_wish.has_password AND auth.get('security_update_password_require_current_password')::pg_catalog.bool
        AND NOT COALESCE((auth_check_new_password.caller).amr @> '[{"method": "recovery"}]'
                         OR (auth_check_new_password.caller).amr @> '[{"method": "otp"}]', false);
    IF v_required AND v_current IS NULL THEN
        RETURN howdah_private.auth_refuse('current_password_required');
    ELSIF v_wish.has_password AND v_current IS NOT NULL THEN
        v_tried := howdah_private.auth_try_password(v_user_id, v_user_id::pg_catalog.text, v_current);
        v_refusal := v_tried.refusal;
        v_known := v_tried.fits;
        IF (v_refusal).body ->> 'error_code' = 'invalid_credentials' OR ((v_refusal).status IS NULL AND NOT v_known) THEN
            RETURN howdah_private.auth_refuse('current_password_invalid');
        ELSIF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;
    IF NOT v_known AND auth.get('security_update_password_require_reauthentication')::pg_catalog.bool THEN
        v_refusal := howdah_private.auth_check_nonce(
            v_user_id, (auth_check_new_password.caller).session_id, auth_check_new_password.nonce);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;

    IF v_wish.has_password AND (CASE WHEN v_known THEN v_current = v_wish.password
        ELSE howdah_private.auth_verify_password(v_user_id, v_wish.password) END) THEN
        RETURN howdah_private.auth_refuse('same_password');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_new_password(
    howdah_private.auth_caller, howdah_private.auth_wish, pg_catalog.text, pg_catalog.text)
    IS 'May this caller set this password?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_new_password(
    howdah_private.auth_caller, howdah_private.auth_wish, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_new_password(
    howdah_private.auth_caller, howdah_private.auth_wish, pg_catalog.text, pg_catalog.text) TO howdah_owner;
