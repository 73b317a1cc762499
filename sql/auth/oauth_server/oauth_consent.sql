-- auth.oauth_consent: the user's word on what a client asks (POST /oauth/authorizations/{id}/consent, action approve or deny).
--
-- Runs as   definer: writes auth.oauth_authorizations and auth.oauth_consents.
-- Returns   200 {redirect_url} with code, or with error=access_denied; 404 oauth_authorization_not_found; 400 validation_failed.
CREATE FUNCTION auth.oauth_consent(authorization_id pg_catalog.text DEFAULT NULL, action pg_catalog.text DEFAULT NULL)
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
    IF oauth_consent.action IS NULL OR oauth_consent.action NOT IN ('approve', 'deny') THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'action must be ''approve'' or ''deny''');
    END IF;
    SELECT a.id, a.status, a.redirect_uri, a.state INTO v_request
    FROM auth.oauth_authorizations AS a
    JOIN auth.oauth_clients AS c ON c.id = a.client_id AND c.deleted_at IS NULL
    WHERE a.authorization_id = oauth_consent.authorization_id
      AND a.user_id = v_caller.user_id AND a.expires_at > pg_catalog.now();
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('oauth_authorization_not_found');
    END IF;
    IF oauth_consent.action = 'approve' THEN
        v_url := howdah_private.auth_oauth_approve(v_request.id);
    ELSE
        UPDATE auth.oauth_authorizations AS a SET status = 'denied' WHERE a.id = v_request.id AND a.status = 'pending';
        IF FOUND THEN
            v_url := howdah_private.auth_add_query(v_request.redirect_uri, pg_catalog.jsonb_build_object(
                'error', 'access_denied', 'error_description', 'User denied the request',
                'state', v_request.state, 'iss', howdah_private.auth_issuer()));
        END IF;
    END IF;
    IF v_url IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'authorization request is no longer pending');
    END IF;
    RETURN ROW(200, pg_catalog.jsonb_build_object('redirect_url', v_url), '{"Cache-Control": "no-store"}')::auth.answer;
END
$$;
ALTER FUNCTION auth.oauth_consent(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.oauth_consent(pg_catalog.text, pg_catalog.text) IS 'The user''s word on what a client asks.';
REVOKE EXECUTE ON FUNCTION auth.oauth_consent(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.oauth_consent(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
