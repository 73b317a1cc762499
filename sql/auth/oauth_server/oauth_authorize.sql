-- auth.oauth_authorize: a client sends a user (GET /oauth/authorize; RFC 6749, 4.1.1; OAuth 2.1): keep what it asks and send the user
-- on to the app's own page of consent.
--
-- Runs as   definer: reads auth.oauth_clients, writes auth.oauth_authorizations.
-- Writes    the request, good for ten minutes.
-- Returns   302 to site_url + oauth_server_authorization_path?authorization_id=…; errors before the client's address is known
--           to be its own are answered here (400), never redirected.
CREATE FUNCTION auth.oauth_authorize(
    client_id pg_catalog.text DEFAULT NULL,
    redirect_uri pg_catalog.text DEFAULT NULL,
    response_type pg_catalog.text DEFAULT NULL,
    scope pg_catalog.text DEFAULT NULL,
    state pg_catalog.text DEFAULT NULL,
    code_challenge pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    resource pg_catalog.text DEFAULT NULL,
    nonce pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_client pg_catalog.uuid;
    v_id     pg_catalog.text := howdah_private.random_token(24);
    v_scope  pg_catalog.text;
    v_site   pg_catalog.text := auth.get('site_url');
    v_back   pg_catalog.text;
BEGIN
    IF NOT auth.get('oauth_server_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('feature_disabled', 'OAuth server is disabled');
    END IF;
    IF v_site = '' THEN
        RETURN howdah_private.auth_refuse('site_url_missing');
    END IF;
    v_client := (SELECT c.id FROM auth.oauth_clients AS c
                 WHERE c.id = howdah_private.auth_uuid(oauth_authorize.client_id) AND c.deleted_at IS NULL
                   AND 'authorization_code' = ANY (pg_catalog.string_to_array(c.grant_types, ',')));
    IF v_client IS NULL THEN
        RETURN howdah_private.auth_refuse('oauth_client_not_found', 'invalid client_id');
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM auth.oauth_clients AS c
        WHERE c.id = v_client AND oauth_authorize.redirect_uri = ANY (pg_catalog.string_to_array(c.redirect_uris, ','))
    ) THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'invalid redirect_uri');
    END IF;
    -- From here on the client's address is its own: it is told there.
    v_scope := howdah_private.auth_oauth_scope(oauth_authorize.scope);
    v_back := CASE
        WHEN COALESCE(NULLIF(oauth_authorize.response_type, ''), 'code') <> 'code' THEN 'unsupported_response_type'
        WHEN v_scope IS NULL THEN 'invalid_scope'
        -- RFC 7636; plain is no proof (OAuth 2.1, 7.5.2).
        WHEN COALESCE(oauth_authorize.code_challenge, '') !~ '^[A-Za-z0-9_-]{43}$'
          OR pg_catalog.upper(COALESCE(oauth_authorize.code_challenge_method, '')) <> 'S256' THEN 'invalid_request'
        WHEN pg_catalog.length(oauth_authorize.state) > 2048 OR pg_catalog.length(oauth_authorize.nonce) > 512
          OR pg_catalog.length(oauth_authorize.resource) > 2048 THEN 'invalid_request'
    END;
    IF v_back IS NOT NULL THEN
        RETURN ROW(302, NULL, pg_catalog.jsonb_build_object('Location', howdah_private.auth_add_query(
            oauth_authorize.redirect_uri, pg_catalog.jsonb_build_object(
                'error', v_back, 'state', pg_catalog.left(oauth_authorize.state, 2048),
                'iss', howdah_private.auth_issuer(),
                'error_description', CASE v_back
                    WHEN 'invalid_request' THEN 'code_challenge (43 characters) and code_challenge_method=S256 are required' END))))::auth.answer;
    END IF;
    DELETE FROM auth.oauth_authorizations AS a WHERE a.id IN (
        SELECT o.id FROM auth.oauth_authorizations AS o
        WHERE o.expires_at < pg_catalog.now() - '1 day'::pg_catalog.interval LIMIT 10 FOR UPDATE SKIP LOCKED);
    INSERT INTO auth.oauth_authorizations (
        id, authorization_id, client_id, redirect_uri, scope, state, resource, code_challenge, code_challenge_method, expires_at, nonce)
    VALUES (
        pg_catalog.gen_random_uuid(), v_id, v_client, oauth_authorize.redirect_uri, v_scope,
        oauth_authorize.state, oauth_authorize.resource, oauth_authorize.code_challenge, 's256',
        pg_catalog.now() + '10 minutes'::pg_catalog.interval, oauth_authorize.nonce);
    RETURN ROW(302, NULL, pg_catalog.jsonb_build_object(
        'Location', howdah_private.auth_add_query(v_site || auth.get('oauth_server_authorization_path'),
            pg_catalog.jsonb_build_object('authorization_id', v_id)),
        'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'))::auth.answer;
END
$$;
ALTER FUNCTION auth.oauth_authorize(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                    pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.oauth_authorize(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                         pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'A client sends a user: GET /oauth/authorize of OAuth 2.1.';
REVOKE EXECUTE ON FUNCTION auth.oauth_authorize(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.oauth_authorize(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                               pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
