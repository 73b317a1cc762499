-- howdah_private.auth_resend: what auth.resend does once the request is found in order.
--
-- A link that was asked for with a challenge can only be redeemed where its verifier is: resent without one, a
-- change of e-mail keeps the flow that waits for it.
--
-- Runs as   invoker: auth.resend is howdah_owner.
-- Returns   the same for an address with and without something to confirm.
CREATE FUNCTION howdah_private.auth_resend(
    type                  pg_catalog.text,
    address               pg_catalog.text,
    redirect_to           pg_catalog.text,
    code_challenge        pg_catalog.text,
    code_challenge_method pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id   CONSTANT pg_catalog.uuid := howdah_private.auth_find_address(auth_resend.address);
    v_user record;
    v_flow pg_catalog.uuid;
    v_sent pg_catalog.text;
BEGIN
    SELECT u.email_confirmed_at, u.phone_confirmed_at, u.email_change, u.phone_change INTO v_user
    FROM auth.users AS u WHERE u.id = v_id;
    IF v_id IS NOT NULL AND auth_resend.code_challenge IS NOT NULL AND auth_resend.type IN ('signup', 'email_change') THEN
        v_flow := howdah_private.auth_start_flow(
            auth_resend.code_challenge, auth_resend.code_challenge_method,
            CASE auth_resend.type WHEN 'signup' THEN 'email/signup' ELSE auth_resend.type END,
            v_id, auth_resend.redirect_to);
    END IF;
    IF v_id IS NOT NULL AND auth_resend.type = 'signup' AND v_user.email_confirmed_at IS NULL THEN
        PERFORM howdah_private.auth_mail_secret(
            v_id, 'signup', auth_resend.address, auth_resend.redirect_to, v_flow);
        PERFORM howdah_private.auth_audit('user_confirmation_requested', v_id);
    ELSIF auth_resend.type = 'email_change' AND COALESCE(v_user.email_change, '') <> '' THEN
        PERFORM howdah_private.auth_mail_email_change(v_id, auth_resend.redirect_to, COALESCE(v_flow,
            (SELECT t.flow_state_id FROM auth.one_time_tokens AS t
             WHERE t.user_id = v_id AND t.token_type = 'email_change_token_new')));
    ELSIF v_id IS NOT NULL AND auth_resend.type = 'sms' AND v_user.phone_confirmed_at IS NULL THEN
        -- Of what it is sent again: a sign-up, whose password it confirms, or a code that was asked for by itself.
        v_sent := howdah_private.auth_text_secret(v_id, COALESCE(
            (SELECT t.purpose FROM auth.one_time_tokens AS t
             WHERE t.user_id = v_id AND t.token_type = 'confirmation_token' AND t.relates_to = auth_resend.address),
            'sms'), auth_resend.address);
        PERFORM howdah_private.auth_audit('user_recovery_requested', v_id);
    ELSIF auth_resend.type = 'phone_change' AND COALESCE(v_user.phone_change, '') <> '' THEN
        v_sent := howdah_private.auth_text_secret(v_id, 'phone_change', v_user.phone_change);
    ELSE
        PERFORM howdah_private.auth_rehearse(auth_resend.type, auth_resend.address, auth_resend.redirect_to);
    END IF;
    IF auth_resend.type IN ('sms', 'phone_change') THEN
        RETURN howdah_private.auth_answer_message(v_sent);
    END IF;
    RETURN ROW(200, '{}', NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'What auth.resend does once the request is found in order.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
