-- auth.update_user: PUT /user. Change one's own password, e-mail address, phone number, metadata; give an anonymous account
-- an address.
--
-- Runs as   definer: writes auth.users. Keys that a user has no say in (role, app_metadata, banned_until …) are no
--           arguments and change nothing.
-- Writes    the users row; codes and mails for a new address, which takes the old one's place when it is confirmed (from
--           both addresses, if mailer_secure_email_change_enabled); a first password's identity; audit rows. A new password
--           ends the user's other sessions and all codes and links that were sent.
-- Returns   200 and the user. validation_failed, weak_password, same_password, reauthentication_needed,
--           reauthentication_not_valid, current_password_required, current_password_invalid, insufficient_aal (a user with
--           a verified factor, in a session without it), user_sso_managed, email_exists, phone_exists, over_…_limit.
CREATE FUNCTION auth.update_user(
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password pg_catalog.text DEFAULT NULL,
    current_password pg_catalog.text DEFAULT NULL,
    nonce pg_catalog.text DEFAULT NULL,
    data pg_catalog.jsonb DEFAULT NULL,
    channel pg_catalog.text DEFAULT NULL,
    code_challenge pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_caller();
    v_wish    howdah_private.auth_wish;
    v_refusal auth.answer;
    v_limited auth.answer;
    v_hash    pg_catalog.text;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    v_wish := howdah_private.auth_read_wish(
        v_caller.user_id, update_user.email, update_user.phone, update_user.password, update_user.data,
        update_user.code_challenge, update_user.code_challenge_method, update_user.channel);
    v_refusal := v_wish.refusal;
    IF (v_refusal).status IS NULL THEN
        v_refusal := howdah_private.auth_check_wish(v_caller, v_wish);
    END IF;
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_wish.password IS NOT NULL THEN
        v_refusal := howdah_private.auth_check_new_password(
            v_caller, v_wish, update_user.current_password, update_user.nonce);
        IF (v_refusal).status IS NULL THEN
            -- Nobody else's row is locked yet: a hash is slow.
            v_hash := howdah_private.password_hash(v_wish.password);
        END IF;
    END IF;
    v_limited := howdah_private.auth_charge_wish(v_wish, counted => true);
    IF (v_limited).status IS NOT NULL THEN
        RETURN v_limited;
    ELSIF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    BEGIN
        v_refusal := howdah_private.auth_apply_wish(
            v_caller, v_wish, v_hash, update_user.code_challenge, update_user.code_challenge_method,
            howdah_private.auth_redirect(update_user.redirect_to));
        IF (v_refusal).status IS NOT NULL THEN
            -- Half a change is none; what was counted before stays.
            RAISE EXCEPTION USING ERRCODE = 'HW900';
        END IF;
    EXCEPTION
        WHEN SQLSTATE 'HW900' THEN
            RETURN v_refusal;
    END;
    RETURN ROW(200, howdah_private.auth_user_json(v_caller.user_id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.update_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.update_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'PUT /user: change one''s own account.';
REVOKE EXECUTE ON FUNCTION auth.update_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.update_user(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
