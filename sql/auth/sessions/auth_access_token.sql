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
    v_ttl    pg_catalog.int8 := auth.get('jwt_exp');
    v_now    pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()));
    v_user   pg_catalog.uuid;
    v_end    pg_catalog.int8;
    v_claims pg_catalog.jsonb;
BEGIN
    SELECT u.id, t.issued + v_ttl, howdah_private.auth_issuer() || pg_catalog.jsonb_build_object(
        'sub', u.id, 'aud', COALESCE(NULLIF(u.aud, ''), auth.get('jwt_aud')),
        'exp', t.issued + v_ttl, 'iat', t.issued, 'email', COALESCE(u.email, ''), 'phone', COALESCE(u.phone, ''),
        'app_metadata', COALESCE(u.raw_app_meta_data, '{}'), 'user_metadata', COALESCE(u.raw_user_meta_data, '{}'),
        'role', u.role, 'aal', COALESCE(s.aal, 'aal1'),
        'amr', howdah_private.auth_amr(s.id), 'session_id', s.id, 'is_anonymous', u.is_anonymous)
        || CASE WHEN s.oauth_client_id IS NULL THEN '{}'
                ELSE pg_catalog.jsonb_build_object('client_id', s.oauth_client_id, 'scope', s.scopes) END
    INTO STRICT v_user, v_end, v_claims
    FROM auth.sessions AS s
    JOIN auth.users AS u ON u.id = s.user_id
    -- The very second of a change of role belongs to the tokens of before.
    CROSS JOIN LATERAL (SELECT GREATEST(v_now, pg_catalog.floor(EXTRACT(epoch FROM s.tokens_from))::pg_catalog.int8 + 1)) AS t (issued)
    WHERE s.id = auth_access_token.session_id;
    IF auth.get('teams_enabled')::pg_catalog.bool THEN
        v_claims := v_claims || howdah_private.auth_extra_claims(v_user);
    END IF;
    IF howdah_private.hook_registered('custom_access_token') THEN
        v_claims := howdah_private.auth_finish_claims(v_user, v_claims, auth_access_token.method);
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'access_token', howdah_private.sign_claims('session', v_claims::pg_catalog.text),
        'token_type', 'bearer', 'expires_in', v_ttl, 'expires_at', v_end);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_access_token(pg_catalog.uuid, pg_catalog.text) IS 'A signed access token for a session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_access_token(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_access_token(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
