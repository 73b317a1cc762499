-- howdah_private.auth_issue_one_time_token: a new code and link secret for one place of a user.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the place's row, over the former secret, which is dead from then on; for a change of e-mail, the
--           user's email_change_confirm_status = 0: halves proved by former secrets count no more.
-- Returns   the code and the link's secret (pkce_… when a flow waits for it). They are nowhere else: send them.
-- Limits    codes and sign-in links live 10 minutes at most (ASVS 6.5.5, 6.6.3), other links mailer_otp_exp,
--           invitations mailer_invite_exp.
CREATE FUNCTION howdah_private.auth_issue_one_time_token(
    user_id       pg_catalog.uuid,
    token_type    auth.one_time_token_type,
    relates_to    pg_catalog.text,
    redirect_to   pg_catalog.text DEFAULT NULL,
    flow_state_id pg_catalog.uuid DEFAULT NULL,
    purpose       pg_catalog.text DEFAULT NULL,
    OUT code      pg_catalog.text,
    OUT token     pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    c_short    CONSTANT pg_catalog.int4 := 600;
    v_mail     CONSTANT pg_catalog.bool := pg_catalog.strpos(auth_issue_one_time_token.relates_to, '@') > 0;
    v_purpose  CONSTANT pg_catalog.text := COALESCE(auth_issue_one_time_token.purpose,
        CASE auth_issue_one_time_token.token_type
            WHEN 'confirmation_token' THEN 'signup'
            WHEN 'recovery_token' THEN 'recovery'
            WHEN 'phone_change_token' THEN 'phone_change'
            WHEN 'reauthentication_token' THEN 'reauthentication'
            ELSE 'email_change' END);
    v_set      CONSTANT pg_catalog.int4 := auth.get(CASE WHEN v_mail THEN 'mailer_otp_exp' ELSE 'sms_otp_exp' END);
    v_link     CONSTANT pg_catalog.int4 := CASE
        WHEN v_purpose = 'invite' THEN auth.get('mailer_invite_exp')::pg_catalog.int4
        WHEN v_purpose IN ('magiclink', 'sms', 'reauthentication') THEN LEAST(v_set, c_short)
        ELSE v_set END;
    v_id       CONSTANT pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_now      CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
BEGIN
    code := CASE WHEN NOT v_mail THEN howdah_private.auth_test_code(auth_issue_one_time_token.relates_to) END;
    IF code IS NULL THEN
        code := howdah_private.random_digits(
            auth.get(CASE WHEN v_mail THEN 'mailer_otp_length' ELSE 'sms_otp_length' END)::pg_catalog.int4);
    END IF;
    token := CASE WHEN auth_issue_one_time_token.flow_state_id IS NULL THEN '' ELSE 'pkce_' END
        || 'hw_ot_' || howdah_private.random_token(24);
    INSERT INTO auth.one_time_tokens AS t (
        id, user_id, token_type, token_hash, relates_to, purpose, code_digest, code_expires_at, expires_at,
        redirect_to, flow_state_id)
    VALUES (
        v_id, auth_issue_one_time_token.user_id, auth_issue_one_time_token.token_type,
        howdah_private.auth_token_digest(token), pg_catalog.lower(auth_issue_one_time_token.relates_to), v_purpose,
        howdah_private.auth_digest_code(v_id, code),
        v_now + LEAST(v_set, c_short) * interval '1 second', v_now + v_link * interval '1 second',
        auth_issue_one_time_token.redirect_to, auth_issue_one_time_token.flow_state_id)
    ON CONFLICT (user_id, token_type) DO UPDATE SET
        id = excluded.id, token_hash = excluded.token_hash, relates_to = excluded.relates_to,
        -- Who asked to get in by code must not, by another's sign-up just now, confirm that one's password.
        purpose = CASE WHEN excluded.purpose = 'signup' AND t.purpose IN ('magiclink', 'sms')
                            AND t.consumed_at IS NULL AND t.expires_at > v_now
                       THEN t.purpose ELSE excluded.purpose END,
        code_digest = excluded.code_digest,
        code_expires_at = excluded.code_expires_at, expires_at = excluded.expires_at,
        redirect_to = excluded.redirect_to, flow_state_id = excluded.flow_state_id,
        attempts = 0, consumed_at = NULL, created_at = excluded.created_at, updated_at = excluded.updated_at;
    IF v_purpose = 'email_change' THEN
        UPDATE auth.users AS u SET email_change_confirm_status = 0
        WHERE u.id = auth_issue_one_time_token.user_id;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_issue_one_time_token(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text)
    IS 'A new code and link secret for one place of a user; the former ones are dead.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_issue_one_time_token(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_issue_one_time_token(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text)
    TO howdah_owner;
