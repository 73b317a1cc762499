-- howdah_private.auth_check_id_token: verify an ID token against the issuer's keys, which are fetched if need be: when there are none,
-- when they are old, and once a minute at most for a key that they do not have (its issuer may have made a new one).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     mode of the nonce: plain, hashed, absent, unchecked.
-- Returns   claims; or waiting; or problem, words for the developer.
CREATE FUNCTION howdah_private.auth_check_id_token(
    provider pg_catalog.jsonb,
    token pg_catalog.text,
    mode pg_catalog.text,
    nonce pg_catalog.text,
    access_token pg_catalog.text,
    OUT claims pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_keys    record;
    v_verdict pg_catalog.jsonb;
    v_now     pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()));
BEGIN
    IF auth_check_id_token.provider ->> 'jwks_uri' IS NULL THEN
        problem := 'the provider signs no ID tokens';
        RETURN;
    END IF;
    FOR v_try IN 1 .. 2 LOOP
        v_keys := howdah_private.auth_provider_document(
            auth_check_id_token.provider ->> 'jwks_uri', 'jwks', NULL, v_try = 2);
        IF v_keys.document IS NULL THEN
            waiting := v_keys.waiting;
            problem := v_keys.problem;
            RETURN;
        END IF;
        v_verdict := howdah_private.oidc_verify_id_token(
            auth_check_id_token.provider, v_keys.document, auth_check_id_token.token,
            auth_check_id_token.mode, auth_check_id_token.nonce, auth_check_id_token.access_token, v_now);
        EXIT WHEN NOT COALESCE((v_verdict ->> 'unknown_key')::pg_catalog.bool, false);
    END LOOP;
    claims := v_verdict -> 'ok';
    problem := 'ID token: ' || (v_verdict ->> 'refusal');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_id_token(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'Verify an ID token against the issuer''s keys.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_id_token(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_id_token(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
