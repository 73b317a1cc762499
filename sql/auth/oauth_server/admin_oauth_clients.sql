-- auth.admin_create_oauth_client: register a client (POST /admin/oauth/clients).
--
-- Runs as   definer: writes auth.oauth_clients; only admins (auth_require_admin).
-- Returns   201 the client with its secret, shown only here; 400 validation_failed; 403 not_admin.
CREATE FUNCTION auth.admin_create_oauth_client(
    client_name pg_catalog.text DEFAULT NULL,
    redirect_uris pg_catalog.text[] DEFAULT NULL,
    grant_types pg_catalog.text[] DEFAULT NULL,
    client_uri pg_catalog.text DEFAULT NULL,
    logo_uri pg_catalog.text DEFAULT NULL,
    client_type pg_catalog.text DEFAULT NULL,
    token_endpoint_auth_method pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN howdah_private.auth_oauth_register(
        'manual', admin_create_oauth_client.client_name, admin_create_oauth_client.redirect_uris,
        admin_create_oauth_client.grant_types, admin_create_oauth_client.client_uri, admin_create_oauth_client.logo_uri,
        admin_create_oauth_client.client_type, admin_create_oauth_client.token_endpoint_auth_method);
END
$$;
ALTER FUNCTION auth.admin_create_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_create_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Register an OAuth client.';
REVOKE EXECUTE ON FUNCTION auth.admin_create_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_create_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;

-- auth.admin_list_oauth_clients: all clients, newest first (GET /admin/oauth/clients?page=&per_page=).
--
-- Runs as   definer: reads auth.oauth_clients; only admins.
-- Returns   200 {clients: […]} with X-Total-Count; per_page 1 to 1000, by default 50.
CREATE FUNCTION auth.admin_list_oauth_clients(page pg_catalog.int4 DEFAULT NULL, per_page pg_catalog.int4 DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_size    pg_catalog.int4 := LEAST(GREATEST(COALESCE(admin_list_oauth_clients.per_page, 50), 1), 1000);
    v_page    pg_catalog.int4 := GREATEST(COALESCE(admin_list_oauth_clients.page, 1), 1);
    v_total   pg_catalog.int8;
    v_clients pg_catalog.jsonb;
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    SELECT pg_catalog.count(*) INTO v_total FROM auth.oauth_clients AS c WHERE c.deleted_at IS NULL;
    SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_oauth_client_json(t.id) ORDER BY t.created_at DESC, t.id), '[]')
    INTO v_clients
    FROM (SELECT c.id, c.created_at FROM auth.oauth_clients AS c WHERE c.deleted_at IS NULL
          ORDER BY c.created_at DESC, c.id LIMIT v_size OFFSET (v_page - 1)::pg_catalog.int8 * v_size) AS t;
    RETURN ROW(200, pg_catalog.jsonb_build_object('clients', v_clients, 'aud', auth.get('jwt_aud')),
        pg_catalog.jsonb_build_object('X-Total-Count', v_total))::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_list_oauth_clients(pg_catalog.int4, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_oauth_clients(pg_catalog.int4, pg_catalog.int4) IS 'All OAuth clients, newest first.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_oauth_clients(pg_catalog.int4, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_oauth_clients(pg_catalog.int4, pg_catalog.int4) TO anon, authenticated, service_role;

-- auth.admin_get_oauth_client: one client (GET /admin/oauth/clients/{client_id}).
--
-- Runs as   definer: reads auth.oauth_clients; only admins.
-- Returns   200 the client; 404 oauth_client_not_found.
CREATE FUNCTION auth.admin_get_oauth_client(client_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_client  pg_catalog.jsonb;
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_client := howdah_private.auth_oauth_client_json(howdah_private.auth_uuid(admin_get_oauth_client.client_id));
    IF v_client IS NULL THEN
        RETURN howdah_private.auth_refuse('oauth_client_not_found');
    END IF;
    RETURN ROW(200, v_client, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_get_oauth_client(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_get_oauth_client(pg_catalog.text) IS 'One OAuth client.';
REVOKE EXECUTE ON FUNCTION auth.admin_get_oauth_client(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_get_oauth_client(pg_catalog.text) TO anon, authenticated, service_role;

-- auth.admin_update_oauth_client: change a client; what is not given stays (PUT /admin/oauth/clients/{client_id}).
--
-- Runs as   definer: writes auth.oauth_clients; only admins.
-- Returns   200 the client; 404 oauth_client_not_found; 400 validation_failed.
CREATE FUNCTION auth.admin_update_oauth_client(
    client_id pg_catalog.text DEFAULT NULL,
    client_name pg_catalog.text DEFAULT NULL,
    redirect_uris pg_catalog.text[] DEFAULT NULL,
    grant_types pg_catalog.text[] DEFAULT NULL,
    client_uri pg_catalog.text DEFAULT NULL,
    logo_uri pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_client  record;
    v_problem pg_catalog.text;
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    SELECT c.id,
           COALESCE(admin_update_oauth_client.client_name, c.client_name) AS client_name,
           COALESCE(admin_update_oauth_client.redirect_uris, pg_catalog.string_to_array(c.redirect_uris, ',')) AS redirect_uris,
           COALESCE(admin_update_oauth_client.grant_types, pg_catalog.string_to_array(c.grant_types, ',')) AS grant_types,
           NULLIF(COALESCE(admin_update_oauth_client.client_uri, c.client_uri), '') AS client_uri,
           NULLIF(COALESCE(admin_update_oauth_client.logo_uri, c.logo_uri), '') AS logo_uri
    INTO v_client
    FROM auth.oauth_clients AS c
    WHERE c.id = howdah_private.auth_uuid(admin_update_oauth_client.client_id) AND c.deleted_at IS NULL
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('oauth_client_not_found');
    END IF;
    v_problem := howdah_private.auth_oauth_client_problem(
        v_client.redirect_uris, v_client.grant_types, v_client.client_name, v_client.client_uri, v_client.logo_uri);
    IF v_problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', v_problem);
    END IF;
    UPDATE auth.oauth_clients AS c
    SET client_name = v_client.client_name, redirect_uris = pg_catalog.array_to_string(v_client.redirect_uris, ','),
        grant_types = pg_catalog.array_to_string(v_client.grant_types, ','), client_uri = v_client.client_uri,
        logo_uri = v_client.logo_uri, updated_at = pg_catalog.now()
    WHERE c.id = v_client.id;
    PERFORM howdah_private.auth_audit('oauth_client_updated', NULL, pg_catalog.jsonb_build_object('client_id', v_client.id));
    RETURN ROW(200, howdah_private.auth_oauth_client_json(v_client.id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_update_oauth_client(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_update_oauth_client(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text)
    IS 'Change an OAuth client.';
REVOKE EXECUTE ON FUNCTION auth.admin_update_oauth_client(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_update_oauth_client(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;

-- auth.admin_delete_oauth_client: close a client; its sessions end with the next request (DELETE /admin/oauth/clients/{client_id}).
--
-- Runs as   definer: writes clients, deletes sessions; only admins.
-- Returns   204; 404 oauth_client_not_found.
CREATE FUNCTION auth.admin_delete_oauth_client(client_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_id      pg_catalog.uuid;
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    UPDATE auth.oauth_clients AS c SET deleted_at = pg_catalog.now(), client_secret_hash = NULL
    WHERE c.id = howdah_private.auth_uuid(admin_delete_oauth_client.client_id) AND c.deleted_at IS NULL
    RETURNING c.id INTO v_id;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('oauth_client_not_found');
    END IF;
    DELETE FROM auth.sessions AS s WHERE s.oauth_client_id = v_id;
    DELETE FROM auth.oauth_consents AS s WHERE s.client_id = v_id;
    PERFORM howdah_private.auth_audit('oauth_client_deleted', NULL, pg_catalog.jsonb_build_object('client_id', v_id));
    RETURN ROW(204, NULL, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_delete_oauth_client(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_delete_oauth_client(pg_catalog.text) IS 'Close an OAuth client.';
REVOKE EXECUTE ON FUNCTION auth.admin_delete_oauth_client(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_delete_oauth_client(pg_catalog.text) TO anon, authenticated, service_role;

-- auth.admin_regenerate_oauth_client_secret: a new secret; the old one is void at once (POST /admin/oauth/clients/{client_id}/regenerate_secret).
--
-- Runs as   definer: writes auth.oauth_clients; only admins.
-- Returns   200 the client with its secret, shown only here; 404 oauth_client_not_found; 400 validation_failed for a public client.
CREATE FUNCTION auth.admin_regenerate_oauth_client_secret(client_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_id      pg_catalog.uuid := howdah_private.auth_uuid(admin_regenerate_oauth_client_secret.client_id);
    v_secret  pg_catalog.text := 'hw_cs_' || howdah_private.random_token(32);
    v_client  pg_catalog.jsonb;
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_client := howdah_private.auth_oauth_client_json(v_id);
    IF v_client IS NULL THEN
        RETURN howdah_private.auth_refuse('oauth_client_not_found');
    END IF;
    IF v_client ->> 'client_type' = 'public' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Cannot regenerate secret for public client');
    END IF;
    UPDATE auth.oauth_clients AS c
    SET client_secret_hash = howdah_private.auth_token_digest(v_secret), updated_at = pg_catalog.now() WHERE c.id = v_id;
    PERFORM howdah_private.auth_audit('oauth_client_secret_regenerated', NULL, pg_catalog.jsonb_build_object('client_id', v_id));
    RETURN ROW(200, howdah_private.auth_oauth_client_json(v_id) || pg_catalog.jsonb_build_object('client_secret', v_secret),
        '{"Cache-Control": "no-store"}')::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_regenerate_oauth_client_secret(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_regenerate_oauth_client_secret(pg_catalog.text) IS 'A new secret for an OAuth client.';
REVOKE EXECUTE ON FUNCTION auth.admin_regenerate_oauth_client_secret(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_regenerate_oauth_client_secret(pg_catalog.text) TO anon, authenticated, service_role;
