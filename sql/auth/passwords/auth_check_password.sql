-- howdah_private.auth_check_password: is a new password good enough?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   an answer whose status is NULL if so; else 422 weak_password with the dialect's reasons (length, characters, pwned), or 400
--           validation_failed for what is no password at all. The settings password_* say what is good enough.
-- Arguments context: words that would be guessed first: the e-mail address, the phone number, names. The site's is added.
CREATE FUNCTION howdah_private.auth_check_password(
    password pg_catalog.text, context pg_catalog.text[] DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_found record;
    v_good  auth.answer;
BEGIN
    SELECT j.reasons, j.message INTO v_found
    FROM howdah_private.password_judge(
        COALESCE(auth_check_password.password, ''),
        auth_check_password.context
            || pg_catalog.substring(auth.get('site_url'), '^https?://(?:www[.])?([^/:]+)')) AS j;
    IF NOT FOUND THEN
        RETURN v_good;
    END IF;
    IF v_found.reasons IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', v_found.message);
    END IF;
    RETURN howdah_private.auth_refuse('weak_password', v_found.message, pg_catalog.jsonb_build_object(
        'weak_password', pg_catalog.jsonb_build_object('reasons', v_found.reasons)));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_password(pg_catalog.text, pg_catalog.text[])
    IS 'Is a new password good enough? NULL status if so, else the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_password(pg_catalog.text, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_password(pg_catalog.text, pg_catalog.text[]) TO howdah_owner;
