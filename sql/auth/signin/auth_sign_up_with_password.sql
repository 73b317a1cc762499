-- howdah_private.auth_sign_up_with_password: the tables' part of a sign-up, once everything about it is in order.
--
-- Runs as   invoker: auth.sign_up, which calls it, is howdah_owner.
-- Writes    as auth.sign_up. The address that has an account is rehearsed: the same steps under an address of nobody's,
--           in a subtransaction that is rolled back, so that answer, work and hooks are those of any sign-up.
-- Returns   as auth.sign_up.
CREATE FUNCTION howdah_private.auth_sign_up_with_password(
    email pg_catalog.text,
    phone pg_catalog.text,
    password_hash pg_catalog.text,
    data pg_catalog.jsonb,
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text,
    redirect_to pg_catalog.text,
    channel pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_address   pg_catalog.text := COALESCE(auth_sign_up_with_password.email, auth_sign_up_with_password.phone);
    v_confirm   pg_catalog.bool := auth.get(CASE WHEN auth_sign_up_with_password.email IS NULL
        THEN 'sms_autoconfirm' ELSE 'mailer_autoconfirm' END)::pg_catalog.bool;
    v_standing  pg_catalog.text;
    v_user_id   pg_catalog.uuid;
    v_stand_in  pg_catalog.text;
    v_email     pg_catalog.text := auth_sign_up_with_password.email;
    v_phone     pg_catalog.text := auth_sign_up_with_password.phone;
    v_answer    auth.answer;
BEGIN
    IF NOT v_confirm THEN
        v_answer := howdah_private.auth_check_rate(
            CASE WHEN v_email IS NULL THEN 'sms_send' ELSE 'email_send' END, v_address);
        IF (v_answer).status IS NOT NULL THEN
            RETURN v_answer;
        END IF;
    END IF;
    SELECT s.user_id, s.standing INTO v_user_id, v_standing
    FROM howdah_private.auth_find_standing(v_address) AS s;
    IF v_standing = 'taken' THEN
        PERFORM howdah_private.auth_audit('user_repeated_signup', v_user_id, pg_catalog.jsonb_build_object(
            'provider', CASE WHEN v_email IS NULL THEN 'phone' ELSE 'email' END));
        IF v_confirm THEN
            RETURN howdah_private.auth_refuse('user_already_exists');
        END IF;
        v_stand_in := howdah_private.auth_make_stand_in(v_address);
        IF v_email IS NULL THEN v_phone := v_stand_in; ELSE v_email := v_stand_in; END IF;
    END IF;

    BEGIN
        v_answer := howdah_private.auth_begin_account(
            v_email, v_phone, auth_sign_up_with_password.password_hash, auth_sign_up_with_password.data,
            v_confirm, CASE WHEN v_standing = 'unproven' THEN v_user_id END, v_address,
            auth_sign_up_with_password.code_challenge, auth_sign_up_with_password.code_challenge_method,
            auth_sign_up_with_password.redirect_to, auth_sign_up_with_password.channel);
        IF v_standing = 'taken' OR (v_answer).status >= 400 THEN
            -- Variables outlive it; rows do not.
            RAISE EXCEPTION USING ERRCODE = 'HW900';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'HW900' THEN
            NULL;
    END;
    IF (v_answer).body ->> 'error_code' = 'user_already_exists' AND NOT v_confirm THEN
        -- Another sign-up for the address came between; it is known now.
        RETURN howdah_private.auth_sign_up_with_password(
            auth_sign_up_with_password.email, auth_sign_up_with_password.phone,
            auth_sign_up_with_password.password_hash, auth_sign_up_with_password.data,
            auth_sign_up_with_password.code_challenge, auth_sign_up_with_password.code_challenge_method,
            auth_sign_up_with_password.redirect_to, auth_sign_up_with_password.channel);
    END IF;
    IF v_standing = 'taken' THEN
        PERFORM howdah_private.auth_call_courier();
        v_answer.body := pg_catalog.replace(
            (v_answer).body::pg_catalog.text, v_stand_in, pg_catalog.btrim(pg_catalog.to_json(v_address)::pg_catalog.text, '"')
        )::pg_catalog.jsonb;
    END IF;
    RETURN v_answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_sign_up_with_password(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text) IS 'The tables'' part of a sign-up.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_sign_up_with_password(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_sign_up_with_password(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text) TO howdah_owner;
