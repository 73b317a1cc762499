-- howdah_private.api_key_session: what the gateway must know of a bearer that begins with hw_uk_.
--
-- Runs as   invoker: the gateway asks as howdah_owner, outside of any role's reach; once a key and backend, again after five minutes and
--           whenever a session, a membership or a key has changed.
-- Writes    last_used_at, at most once in five minutes, and never on a standby or where another has just done it.
-- Returns   {"claims": {…}, "until": Unix seconds}; NULL for a key that there is not, is over, or whose user may not come in.
-- Arguments key_hash: hex SHA-256 of the key.
CREATE FUNCTION howdah_private.api_key_session(key_hash pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key record;
    v_now pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_end pg_catalog.timestamptz;
BEGIN
    SELECT k.id, k.user_id, k.organization_id, k.scopes, k.created_at, k.expires_at, k.last_used_at,
           u.email, u.phone, u.aud, u.raw_app_meta_data, u.deleted_at, u.banned_until
    INTO v_key
    FROM auth.api_keys AS k LEFT JOIN auth.users AS u ON u.id = k.user_id
    WHERE k.key_hash = api_key_session.key_hash;
    IF NOT FOUND OR v_key.expires_at <= v_now OR v_key.deleted_at IS NOT NULL OR v_key.banned_until > v_now
       OR NOT auth.get('user_api_keys_enabled')::pg_catalog.bool
       OR v_key.organization_id IS NOT NULL AND NOT auth.get('teams_enabled')::pg_catalog.bool THEN
        RETURN NULL;
    END IF;
    IF COALESCE(v_key.last_used_at < v_now - pg_catalog.make_interval(mins => 5), true) AND NOT pg_catalog.pg_is_in_recovery() THEN
        UPDATE auth.api_keys AS k SET last_used_at = v_now
        WHERE k.id = (SELECT o.id FROM auth.api_keys AS o WHERE o.id = v_key.id FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    v_end := LEAST(v_key.expires_at, v_now + pg_catalog.make_interval(mins => 5));
    RETURN pg_catalog.jsonb_build_object(
        'until', pg_catalog.floor(EXTRACT(epoch FROM v_end))::pg_catalog.int8,
        'claims', pg_catalog.jsonb_build_object(
                'iss', howdah_private.auth_issuer(), 'role', 'authenticated', 'aud', COALESCE(NULLIF(v_key.aud, ''), auth.get('jwt_aud')),
                'api_key_id', v_key.id, 'scopes', v_key.scopes, 'aal', 'aal1', 'is_anonymous', false,
                'amr', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('method', 'api_key', 'timestamp',
                    pg_catalog.floor(EXTRACT(epoch FROM v_key.created_at))::pg_catalog.int8)))
            || CASE WHEN v_key.organization_id IS NOT NULL
                    THEN pg_catalog.jsonb_build_object('organization_id', v_key.organization_id)
                    ELSE pg_catalog.jsonb_build_object(
                             'sub', v_key.user_id, 'email', COALESCE(v_key.email, ''), 'phone', COALESCE(v_key.phone, ''),
                             'app_metadata', COALESCE(v_key.raw_app_meta_data, '{}'))
                         || howdah_private.auth_extra_claims(v_key.user_id) END);
END
$$;
COMMENT ON FUNCTION howdah_private.api_key_session(pg_catalog.text)
    IS 'What the gateway must know of a bearer that begins with hw_uk_.';
REVOKE EXECUTE ON FUNCTION howdah_private.api_key_session(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.api_key_session(pg_catalog.text)
    TO howdah_owner;
