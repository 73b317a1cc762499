-- howdah_private.auth_ask_captcha: what the provider of captchas says of a token.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    what is to be fetched; a rate of its own, once a token, for nothing else has been counted yet. Of any number of requests
--           with one token and one request id, one takes the answer: taking it is one DELETE.
-- Returns   answer, the provider's; or waiting; or refusal (429); or problem, words for the developer.
CREATE FUNCTION howdah_private.auth_ask_captcha(
    token pg_catalog.text,
    secret pg_catalog.text,
    OUT answer pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT refusal auth.answer,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_client  CONSTANT pg_catalog.text := COALESCE(pg_catalog.host(howdah_private.client_address()), '');
    -- A kept answer is good for this request, whose id a replay keeps, and for no other path, client or token.
    v_scope   CONSTANT pg_catalog.text := 'captcha:' || pg_catalog.encode(howdah_private.server_hmac(
        'captcha', pg_catalog.jsonb_build_array(
            howdah_private.request_id(), pg_catalog.current_setting('request.method', true),
            pg_catalog.current_setting('request.path', true), v_client, auth_ask_captcha.token)::pg_catalog.text), 'hex');
    v_url     CONSTANT pg_catalog.text := COALESCE(NULLIF(auth.get('security_captcha_verify_url'), ''),
        CASE auth.get('security_captcha_provider')
            WHEN 'turnstile' THEN 'https://challenges.cloudflare.com/turnstile/v0/siteverify'
            ELSE 'https://api.hcaptcha.com/siteverify' END);
    v_fetched pg_catalog.jsonb;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM howdah.outbox_entries AS o WHERE o.kind = 'fetch' AND o.scope = v_scope) THEN
        refusal := howdah_private.auth_check_rate('captcha', NULL);
        IF (refusal).status IS NOT NULL THEN
            RETURN;
        END IF;
    END IF;
    v_fetched := howdah_private."fetch"(v_scope, 'verify', pg_catalog.jsonb_build_object(
        'method', 'POST', 'url', v_url, 'form', pg_catalog.jsonb_build_object(
            'secret', howdah_private.seal_field(auth_ask_captcha.secret, v_scope),
            'response', howdah_private.seal_field(auth_ask_captcha.token, v_scope),
            'remoteip', v_client)));
    IF v_fetched IS NULL THEN
        waiting := v_scope;
        RETURN;
    END IF;
    DELETE FROM howdah.outbox_entries AS o WHERE o.kind = 'fetch' AND o.scope = v_scope;
    IF NOT FOUND AND NOT v_fetched ? 'error' THEN
        -- Another request with this token was first.
        answer := '{"success": false, "error-codes": ["timeout-or-duplicate"]}';
        RETURN;
    END IF;
    answer := howdah_private.auth_read_json(v_fetched ->> 'body');
    IF v_fetched ? 'error' OR v_fetched ->> 'status' NOT LIKE '2__'
        OR pg_catalog.jsonb_typeof(answer -> 'success') IS DISTINCT FROM 'boolean' THEN
        problem := pg_catalog.format('%s: %s', v_url, COALESCE(
            v_fetched ->> 'error', NULLIF(v_fetched ->> 'status', '200'), 'the answer does not say whether it is solved'));
        answer := NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_ask_captcha(pg_catalog.text, pg_catalog.text)
    IS 'What the provider of captchas says of a token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_ask_captcha(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_ask_captcha(pg_catalog.text, pg_catalog.text) TO howdah_owner;
