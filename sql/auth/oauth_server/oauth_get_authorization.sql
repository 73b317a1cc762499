-- auth.oauth_get_authorization: what a client asks of the signed-in user, for the page of consent (GET /oauth/authorizations/{id}).
--
-- Runs as   definer: reads and writes auth.oauth_authorizations.
-- Writes    the user, if nobody has looked yet: from then on it is his alone. If he has let this client do as much before, the code.
-- Returns   200 {authorization_id, redirect_uri, client: {id, name, uri, logo_uri}, user: {id, email}, scope}, or {redirect_url} if
--           he has consented before to a client that a developer registered; 404 oauth_authorization_not_found.
CREATE FUNCTION auth.oauth_get_authorization(authorization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_caller();
    v_request record;
    v_url     pg_catalog.text;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    UPDATE auth.oauth_authorizations AS a SET user_id = v_caller.user_id
    WHERE a.authorization_id = oauth_get_authorization.authorization_id AND a.user_id IS NULL;
    SELECT a.id, a.authorization_id, a.redirect_uri, a.scope, a.status, c.id AS client_id, c.client_name, c.client_uri, c.logo_uri,
           c.registration_type, s.scopes
    INTO v_request
    FROM auth.oauth_authorizations AS a
    JOIN auth.oauth_clients AS c ON c.id = a.client_id AND c.deleted_at IS NULL
    LEFT JOIN auth.oauth_consents AS s ON s.user_id = a.user_id AND s.client_id = a.client_id AND s.revoked_at IS NULL
    WHERE a.authorization_id = oauth_get_authorization.authorization_id
      AND a.user_id = v_caller.user_id AND a.expires_at > pg_catalog.now();
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('oauth_authorization_not_found');
    END IF;
    IF v_request.status <> 'pending' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'authorization request cannot be processed');
    END IF;
    -- A client that registered itself is shown each time: anybody could have taken its name (ASVS 10.4.7).
    IF v_request.registration_type = 'manual'
       AND pg_catalog.string_to_array(v_request.scope, ' ') <@ pg_catalog.string_to_array(v_request.scopes, ' ') THEN
        v_url := howdah_private.auth_oauth_approve(v_request.id);
        IF v_url IS NOT NULL THEN
            RETURN ROW(200, pg_catalog.jsonb_build_object('redirect_url', v_url), '{"Cache-Control": "no-store"}')::auth.answer;
        END IF;
    END IF;
    RETURN ROW(200, pg_catalog.jsonb_build_object(
        'authorization_id', v_request.authorization_id,
        'redirect_uri', pg_catalog.split_part(v_request.redirect_uri, '?', 1),
        'client', pg_catalog.jsonb_build_object(
            'id', v_request.client_id, 'name', COALESCE(v_request.client_name, ''),
            'uri', COALESCE(v_request.client_uri, ''), 'logo_uri', COALESCE(v_request.logo_uri, '')),
        'user', pg_catalog.jsonb_build_object('id', v_caller.user_id, 'email', v_caller.claims ->> 'email'),
        'scope', v_request.scope), '{"Cache-Control": "no-store"}')::auth.answer;
END
$$;
ALTER FUNCTION auth.oauth_get_authorization(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.oauth_get_authorization(pg_catalog.text) IS 'What a client asks of the signed-in user.';
REVOKE EXECUTE ON FUNCTION auth.oauth_get_authorization(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.oauth_get_authorization(pg_catalog.text) TO anon, authenticated, service_role;
