-- howdah_private.auth_begin_account: make the account (or take over an unproven one), and confirm it or ask for that.
--
-- Runs as   invoker: auth.sign_up, by way of what calls it, is howdah_owner.
-- Writes    as auth.sign_up.
-- Returns   200 with the user or the session, or a refusal: then the caller rolls back what was written.
--
-- unproven_id: the account to take over. address: what the hook is told, where email or phone is a stand-in.
CREATE FUNCTION howdah_private.auth_begin_account(
    email pg_catalog.text,
    phone pg_catalog.text,
    password_hash pg_catalog.text,
    data pg_catalog.jsonb,
    confirm pg_catalog.bool,
    unproven_id pg_catalog.uuid,
    address pg_catalog.text,
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
    v_mail     pg_catalog.bool := auth_begin_account.email IS NOT NULL;
    v_provider pg_catalog.text := CASE WHEN auth_begin_account.email IS NULL THEN 'phone' ELSE 'email' END;
    v_traits   pg_catalog.jsonb := pg_catalog.jsonb_build_object(
        'provider', CASE WHEN auth_begin_account.email IS NULL THEN 'phone' ELSE 'email' END);
    v_made     howdah_private.auth_created;
    v_flow     pg_catalog.uuid;
    v_session  pg_catalog.jsonb;
BEGIN
    v_made.user_id := COALESCE(auth_begin_account.unproven_id,
                               howdah_private.auth_derive_user_id(auth_begin_account.address));
    v_made.refusal := howdah_private.auth_before_user_created(
        v_made.user_id, CASE WHEN v_mail THEN auth_begin_account.address END,
        CASE WHEN NOT v_mail THEN auth_begin_account.address END,
        pg_catalog.jsonb_build_object('provider', v_provider, 'providers', pg_catalog.jsonb_build_array(v_provider)),
        auth_begin_account.data, false);
    IF (v_made.refusal).status IS NOT NULL THEN
        RETURN v_made.refusal;
    END IF;

    IF auth_begin_account.unproven_id IS NULL THEN
        v_made := howdah_private.auth_create_user(
            email => auth_begin_account.email, phone => auth_begin_account.phone,
            password_hash => auth_begin_account.password_hash, user_data => auth_begin_account.data,
            email_confirmed => auth_begin_account.confirm AND v_mail,
            phone_confirmed => auth_begin_account.confirm AND NOT v_mail,
            id => CASE WHEN COALESCE(auth_begin_account.email, auth_begin_account.phone) <> auth_begin_account.address
                       THEN v_made.user_id END,
            run_before_hook => false);
    ELSE
        v_made.refusal := howdah_private.auth_take_over(
            auth_begin_account.unproven_id, auth_begin_account.email, auth_begin_account.phone,
            auth_begin_account.password_hash, auth_begin_account.data, auth_begin_account.confirm);
    END IF;
    IF (v_made.refusal).status IS NOT NULL THEN
        RETURN v_made.refusal;
    END IF;

    IF auth_begin_account.confirm THEN
        PERFORM howdah_private.auth_audit('user_signedup', v_made.user_id, v_traits);
        v_session := howdah_private.auth_issue_session(v_made.user_id, 'password');
        RETURN ROW(200, v_session, NULL)::auth.answer;
    END IF;
    PERFORM howdah_private.auth_audit('user_confirmation_requested', v_made.user_id, v_traits);
    IF v_mail THEN
        IF COALESCE(auth_begin_account.code_challenge, '') <> '' THEN
            v_flow := howdah_private.auth_start_flow(
                auth_begin_account.code_challenge, auth_begin_account.code_challenge_method, 'email/signup',
                v_made.user_id, auth_begin_account.redirect_to);
        END IF;
        PERFORM howdah_private.auth_mail_secret(
            v_made.user_id, 'signup', auth_begin_account.email, auth_begin_account.redirect_to, v_flow);
    ELSE
        PERFORM howdah_private.auth_text_secret(
            v_made.user_id, 'signup', auth_begin_account.phone, auth_begin_account.channel);
    END IF;
    RETURN ROW(200, howdah_private.auth_user_json(v_made.user_id), NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_begin_account(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool, pg_catalog.uuid,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Make the account (or take over an unproven one), and confirm it or ask for that.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_begin_account(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool, pg_catalog.uuid,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_begin_account(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool, pg_catalog.uuid,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
