-- howdah_private.auth_show_provider_token: a kept token, open, for the user whose it is. The refresh token stays here.
--
-- Runs as   invoker: auth.provider_token is howdah_owner.
CREATE FUNCTION howdah_private.auth_show_provider_token(identity_id pg_catalog.uuid)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT howdah_private.auth_reply(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'provider', t.provider,
            'access_token', howdah_private.secret_open(t.access_token, 'token:' || t.identity_id),
            'expires_at', pg_catalog.floor(EXTRACT(epoch FROM t.expires_at)),
            'scope', t.scope)), 200, '{"Cache-Control": "no-store"}')
        FROM auth.provider_tokens AS t WHERE t.identity_id = auth_show_provider_token.identity_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_show_provider_token(
    pg_catalog.uuid) IS 'A kept token, open, for the user whose it is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_show_provider_token(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_show_provider_token(pg_catalog.uuid) TO howdah_owner;
