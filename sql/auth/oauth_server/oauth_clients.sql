-- howdah_private.auth_oauth_client_json: a client as the dialect shows it (RFC 7591, 3.2.1), without its secret.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if there is none.
CREATE FUNCTION howdah_private.auth_oauth_client_json(client_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'client_id', c.id, 'client_name', c.client_name, 'client_type', c.client_type,
            'token_endpoint_auth_method', c.token_endpoint_auth_method, 'registration_type', c.registration_type,
            'client_uri', c.client_uri, 'logo_uri', c.logo_uri,
            'redirect_uris', pg_catalog.string_to_array(c.redirect_uris, ','),
            'grant_types', pg_catalog.string_to_array(c.grant_types, ','),
            'response_types', ARRAY['code'], 'scope', pg_catalog.replace(auth.get('oauth_server_scopes'), ',', ' '),
            'created_at', c.created_at, 'updated_at', c.updated_at))
        FROM auth.oauth_clients AS c
        WHERE c.id = auth_oauth_client_json.client_id AND c.deleted_at IS NULL);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_client_json(pg_catalog.uuid) IS 'A client as the dialect shows it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_client_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_client_json(pg_catalog.uuid) TO howdah_owner;

-- howdah_private.auth_oauth_client_problem: what is wrong with a client's metadata, NULL if nothing.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_oauth_client_problem(
    redirect_uris pg_catalog.text[], grant_types pg_catalog.text[], client_name pg_catalog.text,
    client_uri pg_catalog.text, logo_uri pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_uri pg_catalog.text;
BEGIN
    IF pg_catalog.cardinality(auth_oauth_client_problem.redirect_uris) NOT BETWEEN 1 AND 10 THEN
        RETURN 'redirect_uris must have 1 to 10 addresses';
    END IF;
    FOREACH v_uri IN ARRAY auth_oauth_client_problem.redirect_uris LOOP
        -- https; http on this machine; or a scheme of an app's own (RFC 8252), which has a dot in it.
        IF v_uri IS NULL OR pg_catalog.length(v_uri) > 2048 OR v_uri !~ '^[!-~]+$' OR v_uri ~ '[#,\\"<>^`{|}]'
           OR NOT (v_uri ~ '^https://[A-Za-z0-9.-]+(:[0-9]+)?([/?]|$)'
                   OR v_uri ~ '^http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?([/?]|$)'
                   OR v_uri ~ '^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/') THEN
            RETURN 'redirect_uris must be https addresses without fragment, http ones of localhost, or of a scheme like com.example.app:/';
        END IF;
    END LOOP;
    IF NOT auth_oauth_client_problem.grant_types <@ ARRAY['authorization_code', 'refresh_token']
       OR pg_catalog.cardinality(auth_oauth_client_problem.grant_types) = 0 THEN
        RETURN 'grant_types are authorization_code and refresh_token';
    END IF;
    IF COALESCE(auth_oauth_client_problem.client_name, '') = '' OR pg_catalog.length(auth_oauth_client_problem.client_name) > 1024
       OR auth_oauth_client_problem.client_name ~ '[[:cntrl:]]' THEN
        RETURN 'client_name is required, one line of at most 1024 characters';
    END IF;
    FOREACH v_uri IN ARRAY ARRAY[auth_oauth_client_problem.client_uri, auth_oauth_client_problem.logo_uri] LOOP
        IF v_uri IS NOT NULL AND (v_uri !~ '^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$' OR pg_catalog.length(v_uri) > 2048) THEN
            RETURN 'client_uri and logo_uri must be http(s) addresses';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_client_problem(pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'What is wrong with a client''s metadata.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_client_problem(pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_client_problem(pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;

-- howdah_private.auth_oauth_register: keep a new client.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    auth.oauth_clients: of the secret its SHA-256; one audit row.
-- Returns   201 the client with, if confidential, its secret, which is shown only here; 400 validation_failed.
CREATE FUNCTION howdah_private.auth_oauth_register(
    registration_type pg_catalog.text,
    client_name pg_catalog.text, redirect_uris pg_catalog.text[], grant_types pg_catalog.text[],
    client_uri pg_catalog.text, logo_uri pg_catalog.text,
    client_type pg_catalog.text, token_endpoint_auth_method pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_method  pg_catalog.text := COALESCE(auth_oauth_register.token_endpoint_auth_method,
        CASE auth_oauth_register.client_type WHEN 'public' THEN 'none' ELSE 'client_secret_basic' END);
    v_type    pg_catalog.text := CASE v_method WHEN 'none' THEN 'public' ELSE 'confidential' END;
    v_grants  pg_catalog.text[] := COALESCE(auth_oauth_register.grant_types, ARRAY['authorization_code', 'refresh_token']);
    v_problem pg_catalog.text := howdah_private.auth_oauth_client_problem(
        COALESCE(auth_oauth_register.redirect_uris, '{}'), v_grants, auth_oauth_register.client_name,
        NULLIF(auth_oauth_register.client_uri, ''), NULLIF(auth_oauth_register.logo_uri, ''));
    v_id      pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_secret  pg_catalog.text;
BEGIN
    IF v_method NOT IN ('client_secret_basic', 'client_secret_post', 'none') THEN
        v_problem := 'token_endpoint_auth_method is client_secret_basic, client_secret_post or none';
    ELSIF auth_oauth_register.client_type IS NOT NULL AND auth_oauth_register.client_type <> v_type THEN
        v_problem := 'client_type and token_endpoint_auth_method do not fit';
    END IF;
    IF v_problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', v_problem);
    END IF;
    IF v_type = 'confidential' THEN
        v_secret := 'hw_cs_' || howdah_private.random_token(32);
    END IF;
    INSERT INTO auth.oauth_clients (id, client_secret_hash, registration_type, redirect_uris, grant_types, client_name,
                                    client_uri, logo_uri, client_type, token_endpoint_auth_method)
    VALUES (v_id, howdah_private.auth_token_digest(v_secret), auth_oauth_register.registration_type,
            pg_catalog.array_to_string(auth_oauth_register.redirect_uris, ','), pg_catalog.array_to_string(v_grants, ','),
            auth_oauth_register.client_name, NULLIF(auth_oauth_register.client_uri, ''), NULLIF(auth_oauth_register.logo_uri, ''),
            v_type, v_method);
    PERFORM howdah_private.auth_audit('oauth_client_registered', NULL,
        pg_catalog.jsonb_build_object('client_id', v_id, 'registration_type', auth_oauth_register.registration_type));
    RETURN ROW(201, howdah_private.auth_oauth_client_json(v_id)
        || CASE WHEN v_secret IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('client_secret', v_secret) END,
        '{"Cache-Control": "no-store"}')::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_register(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Keep a new client.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_register(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_register(pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
