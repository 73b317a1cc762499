-- howdah_private.auth_access_token: a signed access token for a session.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   {"access_token", "token_type", "expires_in", "expires_at"}: the beginning of the dialect's session.
-- Units     seconds; expires_at is Unix time.
CREATE FUNCTION howdah_private.auth_access_token(session_id pg_catalog.uuid, method pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row    record;
    v_ttl    pg_catalog.int8 := auth.get('jwt_exp');
    v_now    pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()));
    v_claims pg_catalog.jsonb;
BEGIN
    SELECT s.aal, s.tokens_from, s.oauth_client_id, s.scopes, u.id, u.aud, u.role, u.email, u.phone, u.is_anonymous,
           u.raw_app_meta_data, u.raw_user_meta_data
    INTO STRICT v_row
    FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id
    WHERE s.id = auth_access_token.session_id;
    -- The very second of a change of role belongs to the tokens of before.
    v_now := GREATEST(v_now, pg_catalog.floor(EXTRACT(epoch FROM v_row.tokens_from))::pg_catalog.int8 + 1);
    v_claims := howdah_private.auth_issuer() || pg_catalog.jsonb_build_object(
        'sub', v_row.id, 'aud', COALESCE(NULLIF(v_row.aud, ''), auth.get('jwt_aud')),
        'exp', v_now + v_ttl, 'iat', v_now,
        'email', COALESCE(v_row.email, ''), 'phone', COALESCE(v_row.phone, ''),
        'app_metadata', COALESCE(v_row.raw_app_meta_data, '{}'),
        'user_metadata', COALESCE(v_row.raw_user_meta_data, '{}'),
        'role', v_row.role, 'aal', COALESCE(v_row.aal::pg_catalog.text, 'aal1'), 'amr', howdah_private.auth_amr(auth_access_token.session_id),
        'session_id', auth_access_token.session_id, 'is_anonymous', v_row.is_anonymous)
        || howdah_private.auth_extra_claims(v_row.id);
    IF v_row.oauth_client_id IS NOT NULL THEN
        v_claims := v_claims || pg_catalog.jsonb_build_object('client_id', v_row.oauth_client_id, 'scope', v_row.scopes);
    END IF;
    v_claims := howdah_private.auth_finish_claims(v_row.id, v_claims, auth_access_token.method);
    RETURN pg_catalog.jsonb_build_object(
        'access_token', howdah_private.sign_claims('session', v_claims),
        'token_type', 'bearer', 'expires_in', v_ttl, 'expires_at', v_now + v_ttl);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_access_token(pg_catalog.uuid, pg_catalog.text) IS 'A signed access token for a session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_access_token(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_access_token(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
