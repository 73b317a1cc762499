-- howdah_private.auth_oauth_tokens: the answer of the token endpoint, of a session's tokens in the dialect's form.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   access_token, token_type, expires_in, refresh_token, scope; with scope openid an ID token for the client (OIDC Core, 2), signed
--           with the same key, good for as long as the access token.
CREATE FUNCTION howdah_private.auth_oauth_tokens(session pg_catalog.jsonb, session_id pg_catalog.uuid, nonce pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_session record;
    v_claims  pg_catalog.jsonb;
    v_expires pg_catalog.int8 := auth_oauth_tokens.session ->> 'expires_at';
    v_tokens  pg_catalog.jsonb;
BEGIN
    SELECT s.scopes, s.oauth_client_id, s.user_id, s.created_at INTO STRICT v_session
    FROM auth.sessions AS s WHERE s.id = auth_oauth_tokens.session_id;
    v_tokens := pg_catalog.jsonb_build_object(
        'access_token', auth_oauth_tokens.session -> 'access_token', 'token_type', 'bearer',
        'expires_in', auth_oauth_tokens.session -> 'expires_in',
        'refresh_token', auth_oauth_tokens.session -> 'refresh_token', 'scope', v_session.scopes);
    IF 'openid' = ANY (pg_catalog.string_to_array(v_session.scopes, ' ')) THEN
        v_claims := pg_catalog.jsonb_build_object('iss', howdah_private.auth_issuer())
            || howdah_private.auth_oauth_claims(v_session.user_id, v_session.scopes)
            || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                'aud', v_session.oauth_client_id, 'azp', v_session.oauth_client_id, 'nonce', auth_oauth_tokens.nonce,
                'iat', v_expires - (auth_oauth_tokens.session ->> 'expires_in')::pg_catalog.int8, 'exp', v_expires,
                'auth_time', pg_catalog.floor(EXTRACT(epoch FROM v_session.created_at))::pg_catalog.int8,
                -- Good for nothing here: no role, and refused as an access token.
                'token_use', 'id'));
        v_tokens := v_tokens || pg_catalog.jsonb_build_object('id_token', howdah_private.sign_claims('session', v_claims::pg_catalog.text));
    END IF;
    RETURN ROW(200, v_tokens, '{"Cache-Control": "no-store", "Pragma": "no-cache"}')::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_tokens(pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.text) IS 'The answer of the token endpoint.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_tokens(pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_tokens(pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.text) TO howdah_owner;

-- auth.oauth_token: the token endpoint of our authorization server (POST /oauth/token; RFC 6749, 4.1.3 and 6; OAuth 2.1).
--
-- Runs as   definer: reads clients and codes, makes sessions.
-- Writes    a session of the client for the user, which has its scopes and ends at the latest after oauth_server_session_timebox; the code is spent
--           by one statement. A code presented again ends the session that the first use gave (RFC 6749, 4.1.2).
-- Returns   200 tokens; 400 invalid_request, invalid_grant, unsupported_grant_type; 401 invalid_client.
CREATE FUNCTION auth.oauth_token(
    grant_type pg_catalog.text DEFAULT NULL,
    code pg_catalog.text DEFAULT NULL,
    redirect_uri pg_catalog.text DEFAULT NULL,
    code_verifier pg_catalog.text DEFAULT NULL,
    refresh_token pg_catalog.text DEFAULT NULL,
    client_id pg_catalog.text DEFAULT NULL,
    client_secret pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_client  pg_catalog.uuid;
    v_request record;
    v_session pg_catalog.jsonb;
    v_id      pg_catalog.uuid;
    v_answer  auth.answer;
BEGIN
    IF NOT auth.get('oauth_server_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('feature_disabled', 'OAuth server is disabled');
    END IF;
    v_client := howdah_private.auth_oauth_client(oauth_token.client_id, oauth_token.client_secret);
    IF v_client IS NULL THEN
        RETURN howdah_private.auth_oauth_error('invalid_client', 'Invalid client credentials', 401);
    END IF;
    IF oauth_token.grant_type IS NULL OR oauth_token.grant_type NOT IN ('authorization_code', 'refresh_token') THEN
        RETURN howdah_private.auth_oauth_error('unsupported_grant_type', 'grant_type is authorization_code or refresh_token');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM auth.oauth_clients AS c
                   WHERE c.id = v_client AND oauth_token.grant_type = ANY (pg_catalog.string_to_array(c.grant_types, ','))) THEN
        RETURN howdah_private.auth_oauth_error('unauthorized_client', 'This client may not use this grant');
    END IF;

    IF oauth_token.grant_type = 'authorization_code' THEN
        UPDATE auth.oauth_authorizations AS a SET status = 'used'
        WHERE a.authorization_code = howdah_private.auth_token_digest(oauth_token.code) AND a.client_id = v_client
          AND a.status = 'approved' AND a.expires_at > pg_catalog.clock_timestamp()
        RETURNING a.id, a.user_id, a.scope, a.nonce, a.redirect_uri, a.code_challenge INTO v_request;
        IF NOT FOUND THEN
            DELETE FROM auth.sessions AS s USING auth.oauth_authorizations AS a
            WHERE a.authorization_code = howdah_private.auth_token_digest(oauth_token.code) AND s.id = a.session_id;
            RETURN howdah_private.auth_oauth_error('invalid_grant', 'Invalid, expired or used authorization code');
        END IF;
        -- The code is spent even if these are wrong: who has it without them has stolen it.
        IF v_request.redirect_uri IS DISTINCT FROM oauth_token.redirect_uri THEN
            RETURN howdah_private.auth_oauth_error('invalid_grant', 'redirect_uri is not that of the authorization request');
        END IF;
        IF NOT howdah_private.pkce_meets(COALESCE(oauth_token.code_verifier, ''), v_request.code_challenge, 's256') THEN
            RETURN howdah_private.auth_oauth_error('invalid_grant', 'code_verifier does not match code_challenge');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM auth.users AS u
                       WHERE u.id = v_request.user_id AND u.deleted_at IS NULL
                         AND (u.banned_until IS NULL OR u.banned_until <= pg_catalog.now())) THEN
            RETURN howdah_private.auth_oauth_error('invalid_grant', 'The user may not sign in');
        END IF;
        v_id := pg_catalog.gen_random_uuid();
        v_session := howdah_private.auth_issue_session(
            v_request.user_id, 'oauth_provider/authorization_code', 'aal1',
            pg_catalog.now() + pg_catalog.make_interval(secs => auth.get('oauth_server_session_timebox')::pg_catalog.int4),
            v_client, v_request.scope, v_id);
        UPDATE auth.oauth_authorizations AS a SET session_id = v_id WHERE a.id = v_request.id;
        RETURN howdah_private.auth_oauth_tokens(v_session, v_id, v_request.nonce);
    END IF;

    v_answer := howdah_private.auth_refresh(COALESCE(oauth_token.refresh_token, ''), v_client);
    IF v_answer.status <> 200 THEN
        RETURN howdah_private.auth_oauth_error('invalid_grant', COALESCE(v_answer.body ->> 'msg', 'Invalid refresh token'));
    END IF;
    v_session := v_answer.body;
    RETURN howdah_private.auth_oauth_tokens(v_session, howdah_private.auth_session_of(v_session), NULL);
END
$$;
ALTER FUNCTION auth.oauth_token(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.oauth_token(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                     pg_catalog.text) IS 'The token endpoint of our authorization server.';
REVOKE EXECUTE ON FUNCTION auth.oauth_token(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                            pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.oauth_token(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                           pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
