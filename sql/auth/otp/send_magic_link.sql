-- auth.send_magic_link: a link and code that sign in without a password. POST /auth/v1/magiclink, the older form of
-- /otp, which always makes the account.
--
-- Runs as   definer: as auth.send_otp.
-- Writes    what auth_send_email_otp writes.
-- Returns   200 {} whether or not the address has an account; 400 validation_failed; 429.
CREATE FUNCTION auth.send_magic_link(
    email                 pg_catalog.text DEFAULT NULL,
    data                  pg_catalog.jsonb DEFAULT NULL,
    code_challenge        pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    redirect_to           pg_catalog.text DEFAULT NULL,
    gotrue_meta_security  pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer;
BEGIN
    v_refusal := howdah_private.auth_check_captcha(send_magic_link.gotrue_meta_security);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN howdah_private.auth_send_email_otp(
        send_magic_link.email, true, send_magic_link.data, send_magic_link.code_challenge,
        send_magic_link.code_challenge_method, send_magic_link.redirect_to);
END
$$;
ALTER FUNCTION auth.send_magic_link(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.send_magic_link(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'A link and code that sign in without a password.';
REVOKE EXECUTE ON FUNCTION auth.send_magic_link(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.send_magic_link(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    TO anon, authenticated, service_role;
