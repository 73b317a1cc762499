-- howdah_private.auth_totp_enrolment: a TOTP secret as an authenticator app takes it: text, otpauth URI, QR code (SVG text).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL without a secret. The issuer is the one asked for, or the site's host.
CREATE FUNCTION howdah_private.auth_totp_enrolment(
    user_id pg_catalog.uuid, secret pg_catalog.text, issuer pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_issuer pg_catalog.text := COALESCE(
        NULLIF(pg_catalog.btrim(auth_totp_enrolment.issuer), ''),
        NULLIF(pg_catalog.regexp_replace(auth.get('site_url'), '^https?://([^/]*).*$', '\1'), ''), 'howdah');
    v_uri    pg_catalog.text;
BEGIN
    IF auth_totp_enrolment.secret IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT howdah_private.totp_uri(auth_totp_enrolment.secret, pg_catalog.left(v_issuer, 100),
               COALESCE(NULLIF(u.email, ''), NULLIF(u.phone, ''), u.id::pg_catalog.text))
    INTO v_uri
    FROM auth.users AS u WHERE u.id = auth_totp_enrolment.user_id;
    RETURN pg_catalog.jsonb_build_object(
        'qr_code', howdah_private.qr_svg(v_uri), 'secret', auth_totp_enrolment.secret, 'uri', v_uri);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_totp_enrolment(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    IS 'A TOTP secret as an authenticator app takes it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_totp_enrolment(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_totp_enrolment(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
