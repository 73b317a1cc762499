-- howdah_private.auth_custom_claims: the claims of an access token, after the hook custom_access_token.
--
-- The hook may add claims and change most (role among them: the token is good only if that role is listed). It may not
-- take away what clients and the gateway read, nor change whose the token is, of which session, how strong, how long.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   claims; or a refusal: the hook's own, or hook_failed with a WARNING that names what is missing or changed.
CREATE TYPE howdah_private.auth_claimed AS (refusal auth.answer, claims pg_catalog.jsonb);
COMMENT ON TYPE howdah_private.auth_claimed IS 'What howdah_private.auth_custom_claims() returns.';
REVOKE USAGE ON TYPE howdah_private.auth_claimed FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_claimed TO howdah_owner;

CREATE FUNCTION howdah_private.auth_custom_claims(
    user_id pg_catalog.uuid,
    claims pg_catalog.jsonb,
    authentication_method pg_catalog.text
)
RETURNS howdah_private.auth_claimed
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claimed howdah_private.auth_claimed;
    v_answer  pg_catalog.jsonb;
    v_bad     pg_catalog.text;
BEGIN
    v_answer := howdah_private.auth_run_hook('custom_access_token', pg_catalog.jsonb_build_object(
        'user_id', auth_custom_claims.user_id, 'claims', auth_custom_claims.claims,
        'authentication_method', auth_custom_claims.authentication_method));
    IF v_answer IS NULL THEN
        v_claimed.claims := auth_custom_claims.claims;
        RETURN v_claimed;
    END IF;
    v_claimed.refusal := howdah_private.auth_hook_refusal('custom_access_token', v_answer);
    IF (v_claimed.refusal).status IS NOT NULL THEN
        RETURN v_claimed;
    END IF;

    v_claimed.claims := v_answer -> 'claims';
    IF pg_catalog.jsonb_typeof(v_claimed.claims) IS DISTINCT FROM 'object' THEN
        v_bad := 'it answered no object "claims"';
    ELSE
        SELECT pg_catalog.string_agg(k.name, ', ') INTO v_bad
        FROM pg_catalog.unnest(ARRAY['aud', 'exp', 'iat', 'sub', 'email', 'phone', 'role', 'aal', 'session_id',
                                     'is_anonymous', 'iss']) AS k (name)
        WHERE (auth_custom_claims.claims ? k.name AND NOT v_claimed.claims ? k.name)
            OR (k.name IN ('sub', 'session_id', 'iss', 'iat', 'aal', 'is_anonymous')
                AND v_claimed.claims -> k.name IS DISTINCT FROM auth_custom_claims.claims -> k.name)
            OR (k.name = 'exp' AND (pg_catalog.jsonb_typeof(v_claimed.claims -> 'exp') <> 'number'
                OR v_claimed.claims -> 'exp' > auth_custom_claims.claims -> 'exp'))
            OR (k.name = 'role' AND pg_catalog.jsonb_typeof(v_claimed.claims -> 'role') <> 'string');
        v_bad := 'claims missing or changed that must stay: ' || v_bad;
    END IF;
    IF v_bad IS NOT NULL THEN
        RAISE WARNING 'auth: hook custom_access_token: %', v_bad;
        v_claimed.refusal := howdah_private.auth_refuse('hook_failed');
        v_claimed.claims := NULL;
    END IF;
    RETURN v_claimed;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_custom_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text)
    IS 'The claims of an access token, after the hook custom_access_token.';
REVOKE EXECUTE
    ON FUNCTION howdah_private.auth_custom_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_custom_claims(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
