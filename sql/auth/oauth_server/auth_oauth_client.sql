-- howdah_private.auth_oauth_client: the client that calls, authenticated as it registered (RFC 6749, 2.3): by HTTP Basic, by client_secret in the
-- body, or, a public one, by its id alone.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   its id, or NULL. The secret has 256 random bits: what is compared are SHA-256 digests, found by the id.
CREATE FUNCTION howdah_private.auth_oauth_client(client_id pg_catalog.text, client_secret pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_header pg_catalog.text := howdah_private.request_header('authorization');
    v_basic  pg_catalog.text;
    v_id     pg_catalog.uuid := howdah_private.auth_uuid(auth_oauth_client.client_id);
    v_secret pg_catalog.text := auth_oauth_client.client_secret;
    v_method pg_catalog.text := CASE WHEN auth_oauth_client.client_secret <> '' THEN 'client_secret_post' ELSE 'none' END;
    v_client record;
BEGIN
    IF pg_catalog.lower(pg_catalog.left(v_header, 6)) = 'basic ' THEN
        BEGIN
            v_basic := pg_catalog.convert_from(pg_catalog.decode(pg_catalog.substr(v_header, 7), 'base64'), 'UTF8');
        EXCEPTION
            WHEN invalid_parameter_value OR character_not_in_repertoire OR untranslatable_character THEN
                RETURN NULL;
        END;
        -- One way at a time (RFC 6749, 2.3), and of one client.
        IF v_method <> 'none' OR (v_id IS NOT NULL AND v_id <> howdah_private.auth_uuid(pg_catalog.split_part(v_basic, ':', 1))) THEN
            RETURN NULL;
        END IF;
        v_id := howdah_private.auth_uuid(pg_catalog.split_part(v_basic, ':', 1));
        v_secret := pg_catalog.substr(v_basic, pg_catalog.strpos(v_basic, ':') + 1);
        v_method := 'client_secret_basic';
    END IF;
    SELECT c.id, c.client_type, c.client_secret_hash INTO v_client
    FROM auth.oauth_clients AS c WHERE c.id = v_id AND c.deleted_at IS NULL;
    IF FOUND AND (
        (v_client.client_type = 'public' AND v_method = 'none')
        OR (v_client.client_type = 'confidential' AND v_method <> 'none'
            AND v_client.client_secret_hash = howdah_private.auth_token_digest(v_secret))
    ) THEN
        RETURN v_client.id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_client(pg_catalog.text, pg_catalog.text) IS 'The client that calls, authenticated; or NULL.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_client(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_client(pg_catalog.text, pg_catalog.text) TO howdah_owner;
