-- howdah_private.auth_check_pkce: challenge and method of a client (RFC 7636).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   400 validation_failed; status NULL: both are fine, or neither is given. Plain only if
--           security_allow_plain_code_challenge says so: it shows the verifier to who sees the request (RFC 9700, 2.1.1).
CREATE FUNCTION howdah_private.auth_check_pkce(code_challenge pg_catalog.text, code_challenge_method pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_read pg_catalog.jsonb;
BEGIN
    IF COALESCE(auth_check_pkce.code_challenge, '') = '' AND COALESCE(auth_check_pkce.code_challenge_method, '') = '' THEN
        RETURN NULL;
    END IF;
    v_read := howdah_private.pkce_check_challenge(
        COALESCE(auth_check_pkce.code_challenge, ''), COALESCE(auth_check_pkce.code_challenge_method, ''));
    IF v_read ? 'refusal' THEN
        RETURN howdah_private.auth_refuse('validation_failed', v_read ->> 'refusal');
    END IF;
    IF v_read ->> 'ok' = 'plain' AND NOT auth.get('security_allow_plain_code_challenge')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'code_challenge_method must be s256');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_pkce(
    pg_catalog.text, pg_catalog.text) IS 'Challenge and method of a client.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_pkce(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_pkce(pg_catalog.text, pg_catalog.text) TO howdah_owner;
