-- howdah_private.auth_oauth_approve: make the code of a request that its user has granted, and the address that takes it to the client.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the code (SHA-256), good for one minute (ASVS 10.4.3); the consent; one audit row.
-- Returns   NULL if somebody was faster.
CREATE FUNCTION howdah_private.auth_oauth_approve(id pg_catalog.uuid)
RETURNS pg_catalog.text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_code    pg_catalog.text := howdah_private.random_token(32);
    v_request record;
BEGIN
    UPDATE auth.oauth_authorizations AS a
    SET status = 'approved', approved_at = pg_catalog.now(), authorization_code = howdah_private.auth_token_digest(v_code),
        expires_at = pg_catalog.now() + '1 minute'::pg_catalog.interval
    WHERE a.id = auth_oauth_approve.id AND a.status = 'pending' AND a.expires_at > pg_catalog.now()
    RETURNING a.redirect_uri, a.state, a.user_id, a.client_id, a.scope INTO v_request;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO auth.oauth_consents AS c (id, user_id, client_id, scopes)
    VALUES (pg_catalog.gen_random_uuid(), v_request.user_id, v_request.client_id, v_request.scope)
    ON CONFLICT ON CONSTRAINT oauth_consents_user_client_unique
    DO UPDATE SET scopes = excluded.scopes, granted_at = pg_catalog.now(), revoked_at = NULL
    WHERE c.revoked_at IS NOT NULL
       OR NOT pg_catalog.string_to_array(excluded.scopes, ' ') <@ pg_catalog.string_to_array(c.scopes, ' ');
    PERFORM howdah_private.auth_audit('oauth_consent', v_request.user_id,
        pg_catalog.jsonb_build_object('client_id', v_request.client_id, 'scope', v_request.scope));
    RETURN howdah_private.auth_add_query(v_request.redirect_uri, pg_catalog.jsonb_build_object(
        'code', v_code, 'state', v_request.state, 'iss', howdah_private.auth_issuer()));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_approve(pg_catalog.uuid) IS 'Make the code of a request that its user has granted.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_approve(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_approve(pg_catalog.uuid) TO howdah_owner;
