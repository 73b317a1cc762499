-- howdah_private.auth_apply_email_change: one confirmation of a change of e-mail address; the last one changes it.
--
-- Each issue of a secret for the change sets email_change_confirm_status back to 0, and each secret is taken
-- once, so the count reaches 2 only by both addresses' own secrets.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the users row and its e-mail identity, an audit row, a notice to the former address.
-- Returns   refusal: email_exists, if somebody has taken the address meanwhile; otp_expired, if the change is
--           another by now. half: the other address has still to confirm.
CREATE FUNCTION howdah_private.auth_apply_email_change(
    proof       howdah_private.one_time_proof,
    OUT refusal auth.answer,
    OUT half    pg_catalog.bool
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user CONSTANT pg_catalog.uuid := (auth_apply_email_change.proof).user_id;
    v_need CONSTANT pg_catalog.int4 := CASE
        WHEN auth.get('mailer_secure_email_change_enabled')::pg_catalog.bool THEN 2 ELSE 1 END;
    v_row  record;
BEGIN
    UPDATE auth.users AS u SET email_change_confirm_status = u.email_change_confirm_status + 1
    WHERE u.id = v_user AND u.email_change <> '' AND u.deleted_at IS NULL AND u.email_change_confirm_status < 2
      AND (auth_apply_email_change.proof).relates_to = CASE (auth_apply_email_change.proof).token_type
          WHEN 'email_change_token_new' THEN pg_catalog.lower(u.email_change) ELSE pg_catalog.lower(u.email) END
    RETURNING u.email, u.email_change, u.email_change_confirm_status AS proven INTO v_row;
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('otp_expired');
        RETURN;
    END IF;
    half := v_row.proven < v_need AND COALESCE(v_row.email, '') <> '';
    IF half THEN
        RETURN;
    END IF;
    BEGIN
        UPDATE auth.users AS u SET
            email = u.email_change, email_change = '', email_change_confirm_status = 0,
            email_confirmed_at = pg_catalog.now(), is_anonymous = false, updated_at = pg_catalog.now(),
            raw_user_meta_data = COALESCE(u.raw_user_meta_data, '{}'::pg_catalog.jsonb)
                || pg_catalog.jsonb_build_object('email', u.email_change, 'email_verified', true)
        WHERE u.id = v_user;
    EXCEPTION WHEN unique_violation THEN
        refusal := howdah_private.auth_refuse('email_exists');
        RETURN;
    END;
    PERFORM howdah_private.auth_verify_identity(v_user, pg_catalog.lower(v_row.email_change));
    PERFORM howdah_private.auth_audit('user_modified', v_user, '{"changed": "email"}');
    PERFORM howdah_private.auth_send_mail(
        v_user, 'email_changed', v_row.email, NULL, NULL, NULL,
        pg_catalog.jsonb_build_object('old_email', v_row.email));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_apply_email_change(howdah_private.one_time_proof)
    IS 'One confirmation of a change of e-mail address; the last one changes it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_apply_email_change(howdah_private.one_time_proof) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_apply_email_change(howdah_private.one_time_proof) TO howdah_owner;
