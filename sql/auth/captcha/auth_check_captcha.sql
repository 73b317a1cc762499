-- howdah_private.auth_check_captcha: does the request bring a solved captcha, where one is asked for (security_captcha_enabled)?
--
-- The first thing that a flow looks at, so that nothing is done and nothing told without one. Administrators need none.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     security: the request's gotrue_meta_security.
-- Returns   status NULL: go on. 202: return it, the provider is being asked (howdah_private.auth_wait). 400 captcha_failed; 429; 500
--           unexpected_failure if the provider cannot be asked, with a WARNING: then nobody comes through.
CREATE FUNCTION howdah_private.auth_check_captcha(security pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_failed CONSTANT pg_catalog.text := 'captcha protection: request disallowed (%s)';
    v_token  CONSTANT pg_catalog.text := pg_catalog.btrim(COALESCE(auth_check_captcha.security ->> 'captcha_token', ''));
    v_secret pg_catalog.text;
    v_asked  record;
    v_codes  pg_catalog.text;
BEGIN
    IF NOT auth.get('security_captcha_enabled')::pg_catalog.bool
        OR (howdah_private.auth_require_admin()).status IS NULL THEN
        RETURN NULL;
    ELSIF v_token = '' THEN
        RETURN howdah_private.auth_refuse('captcha_failed', pg_catalog.format(c_failed, 'no captcha_token found'));
    ELSIF pg_catalog.octet_length(v_token) > 8192 THEN
        RETURN howdah_private.auth_refuse('captcha_failed', pg_catalog.format(c_failed, 'invalid-input-response'));
    END IF;
    v_secret := howdah_private.auth_secret_setting('security_captcha_secret');
    IF v_secret IS NULL THEN
        RAISE WARNING 'auth: captcha: security_captcha_secret is not set, or was sealed by another server'
            USING HINT = 'SELECT auth.set(''security_captcha_secret'', ''…'');';
        RETURN howdah_private.auth_refuse('unexpected_failure', 'captcha verification process failed');
    END IF;
    v_asked := howdah_private.auth_ask_captcha(v_token, v_secret);
    IF v_asked.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_asked.waiting);
    ELSIF (v_asked.refusal).status IS NOT NULL THEN
        RETURN v_asked.refusal;
    ELSIF v_asked.problem IS NOT NULL THEN
        RAISE WARNING 'auth: captcha: %', v_asked.problem;
        RETURN howdah_private.auth_refuse('unexpected_failure', 'captcha verification process failed');
    ELSIF v_asked.answer -> 'success' = 'true' THEN
        RETURN NULL;
    END IF;
    -- Words of the provider's: names only, and few.
    SELECT pg_catalog.string_agg(c.code, ', ') INTO v_codes
    FROM (SELECT e.code FROM pg_catalog.jsonb_array_elements_text(
              CASE pg_catalog.jsonb_typeof(v_asked.answer -> 'error-codes')
                  WHEN 'array' THEN v_asked.answer -> 'error-codes' ELSE '[]' END) AS e (code)
          WHERE e.code ~ '^[a-z0-9-]{1,64}$' LIMIT 5) AS c;
    RETURN howdah_private.auth_refuse('captcha_failed', pg_catalog.format(c_failed, COALESCE(v_codes, '')));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_captcha(pg_catalog.jsonb)
    IS 'Does the request bring a solved captcha, where one is asked for?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_captcha(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_captcha(pg_catalog.jsonb) TO howdah_owner;
