-- auth.invite: make an account for somebody and mail him the way in. POST /auth/v1/invite, for admins
--
-- Runs as   definer: makes users and their secrets; no API role may.
-- Writes    a user unless there is an unconfirmed one, the secret, the mail, an audit row.
-- Returns   200 and the user; 401, 403 not_admin; 400 validation_failed; 422 email_exists if the address is confirmed.
CREATE FUNCTION auth.invite(
    email       pg_catalog.text DEFAULT NULL,
    data        pg_catalog.jsonb DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email   CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(invite.email);
    v_refusal auth.answer;
    v_invited record;
BEGIN
    v_refusal := howdah_private.auth_require_admin();
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_email IS NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Unable to validate email address: invalid format');
    END IF;
    v_invited := howdah_private.auth_invite_user(v_email, invite.data);
    IF (v_invited.refusal).status IS NOT NULL THEN
        RETURN v_invited.refusal;
    END IF;
    PERFORM howdah_private.auth_mail_secret(
        v_invited.user_id, 'invite', v_email, howdah_private.auth_redirect(invite.redirect_to));
    RETURN ROW(200, howdah_private.auth_user_json(v_invited.user_id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.invite(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.invite(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    IS 'Make an account for somebody and mail him the way in.';
REVOKE EXECUTE ON FUNCTION auth.invite(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.invite(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    TO anon, authenticated, service_role;
