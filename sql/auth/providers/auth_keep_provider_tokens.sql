-- howdah_private.auth_keep_provider_tokens: keep a flow's tokens for the identity that it led to.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    auth.provider_tokens, sealed for this identity; unless external_keep_provider_tokens is off. A provider that gives
--           no new refresh token means the old one to stay.
CREATE FUNCTION howdah_private.auth_keep_provider_tokens(
    identity_id pg_catalog.uuid,
    flow pg_catalog.uuid,
    token pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT auth.get('external_keep_provider_tokens')::pg_catalog.bool THEN
        RETURN;
    END IF;
    INSERT INTO auth.provider_tokens AS p (
        identity_id, user_id, provider, access_token, refresh_token, scope, expires_at, updated_at)
    SELECT i.id, i.user_id, i.provider,
           howdah_private.secret_seal(howdah_private.secret_open(f.provider_access_token, 'flow:' || f.id), 'token:' || i.id),
           howdah_private.secret_seal(howdah_private.secret_open(f.provider_refresh_token, 'flow:' || f.id), 'token:' || i.id),
           auth_keep_provider_tokens.token ->> 'scope',
           (auth_keep_provider_tokens.token ->> 'expires_at')::pg_catalog.timestamptz, pg_catalog.clock_timestamp()
    FROM auth.flow_state AS f, auth.identities AS i
    WHERE f.id = auth_keep_provider_tokens.flow AND i.id = auth_keep_provider_tokens.identity_id
      AND f.provider_access_token IS NOT NULL
    ON CONFLICT ON CONSTRAINT provider_tokens_pkey
    DO UPDATE SET user_id = excluded.user_id, access_token = excluded.access_token,
                  refresh_token = COALESCE(excluded.refresh_token, p.refresh_token),
                  scope = excluded.scope, expires_at = excluded.expires_at, updated_at = excluded.updated_at;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_keep_provider_tokens(
    pg_catalog.uuid, pg_catalog.uuid, pg_catalog.jsonb) IS 'Keep a flow''s tokens for the identity that it led to.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_keep_provider_tokens(
    pg_catalog.uuid, pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_keep_provider_tokens(
    pg_catalog.uuid, pg_catalog.uuid, pg_catalog.jsonb) TO howdah_owner;
