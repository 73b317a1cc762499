-- auth.list_oauth_grants: what the signed-in user has let clients do (GET /user/oauth/grants).
--
-- Runs as   definer: reads consents and clients.
-- Returns   200 [{client: {id, name, uri, logo_uri}, scopes: […], granted_at}].
CREATE FUNCTION auth.list_oauth_grants()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
    v_grants pg_catalog.jsonb;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'client', pg_catalog.jsonb_build_object(
            'id', c.id, 'name', COALESCE(c.client_name, ''), 'uri', COALESCE(c.client_uri, ''), 'logo_uri', COALESCE(c.logo_uri, '')),
        'scopes', pg_catalog.string_to_array(g.scopes, ' '), 'granted_at', g.granted_at) ORDER BY g.granted_at DESC), '[]')
    INTO v_grants
    FROM auth.oauth_consents AS g JOIN auth.oauth_clients AS c ON c.id = g.client_id AND c.deleted_at IS NULL
    WHERE g.user_id = v_caller.user_id AND g.revoked_at IS NULL;
    RETURN ROW(200, v_grants, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.list_oauth_grants() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_oauth_grants() IS 'What the signed-in user has let clients do.';
REVOKE EXECUTE ON FUNCTION auth.list_oauth_grants() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_oauth_grants() TO anon, authenticated, service_role;

-- auth.revoke_oauth_grant: take back what a client was let do; its sessions end with the next request (DELETE /user/oauth/grants?client_id=).
--
-- Runs as   definer: writes consents, deletes sessions of the client for this user.
-- Returns   204; 404 oauth_consent_not_found.
CREATE FUNCTION auth.revoke_oauth_grant(client_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
    v_client pg_catalog.uuid := howdah_private.auth_uuid(revoke_oauth_grant.client_id);
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF v_client IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'client_id must be an UUID');
    END IF;
    UPDATE auth.oauth_consents AS g SET revoked_at = pg_catalog.now()
    WHERE g.user_id = v_caller.user_id AND g.client_id = v_client AND g.revoked_at IS NULL;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('oauth_consent_not_found');
    END IF;
    DELETE FROM auth.sessions AS s WHERE s.oauth_client_id = v_client AND s.user_id = v_caller.user_id;
    DELETE FROM auth.oauth_authorizations AS a
    WHERE a.client_id = v_client AND a.user_id = v_caller.user_id AND a.status IN ('pending', 'approved');
    PERFORM howdah_private.auth_audit('oauth_grant_revoked', v_caller.user_id, pg_catalog.jsonb_build_object('client_id', v_client));
    RETURN ROW(204, NULL, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.revoke_oauth_grant(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.revoke_oauth_grant(pg_catalog.text) IS 'Take back what a client was let do.';
REVOKE EXECUTE ON FUNCTION auth.revoke_oauth_grant(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.revoke_oauth_grant(pg_catalog.text) TO anon, authenticated, service_role;
