-- howdah_private.auth_fresh_provider_token: a user's access token at a provider, refreshed in the minute before it ends.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    what the provider gives for a refresh token. All who ask at once wait for one refresh.
-- Returns   as auth.provider_token; 202 while the provider's token endpoint is being asked: come again.
CREATE FUNCTION howdah_private.auth_fresh_provider_token(user_id pg_catalog.uuid, provider pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kept     auth.provider_tokens;
    v_provider record;
    v_asked    record;
    v_meta     pg_catalog.jsonb;
BEGIN
    SELECT t.* INTO v_kept FROM auth.provider_tokens AS t
    WHERE t.user_id = auth_fresh_provider_token.user_id AND t.provider = auth_fresh_provider_token.provider
    ORDER BY t.updated_at DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('provider_token_not_found');
    END IF;
    IF v_kept.refresh_token IS NULL OR v_kept.expires_at IS NULL
        OR v_kept.expires_at > pg_catalog.clock_timestamp() + interval '1 minute' THEN
        IF v_kept.refresh_token IS NULL AND v_kept.expires_at < pg_catalog.clock_timestamp() THEN
            RETURN howdah_private.auth_refuse('provider_token_not_found');
        END IF;
        RETURN howdah_private.auth_show_provider_token(v_kept.identity_id);
    END IF;
    v_provider := howdah_private.auth_resolve_provider(howdah_private.auth_provider_json(auth_fresh_provider_token.provider));
    IF v_provider.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_provider.waiting);
    ELSIF v_provider.resolved IS NULL THEN
        RETURN howdah_private.auth_refuse_provider(auth_fresh_provider_token.provider, COALESCE(v_provider.problem, 'disabled meanwhile'));
    END IF;
    v_asked := howdah_private.auth_ask_token_endpoint(
        v_provider.resolved,
        pg_catalog.format('refresh:%s:%s', v_kept.identity_id, pg_catalog.floor(EXTRACT(epoch FROM v_kept.updated_at) * 1000000)),
        'token', pg_catalog.jsonb_build_object('grant_type', 'refresh_token',
            'refresh_token', howdah_private.secret_open(v_kept.refresh_token, 'token:' || v_kept.identity_id)),
        v_kept.updated_at);
    IF v_asked.waiting IS NOT NULL THEN
        RETURN howdah_private.auth_wait(v_asked.waiting);
    ELSIF v_asked.denied THEN
        DELETE FROM auth.provider_tokens AS t WHERE t.identity_id = v_kept.identity_id AND t.updated_at = v_kept.updated_at;
        RETURN howdah_private.auth_refuse('provider_token_not_found');
    ELSIF v_asked.tokens IS NULL THEN
        RETURN howdah_private.auth_refuse_provider(auth_fresh_provider_token.provider, v_asked.problem);
    END IF;
    v_meta := howdah_private.auth_token_meta(v_asked.tokens);
    UPDATE auth.provider_tokens AS t
    SET access_token = howdah_private.secret_seal(v_asked.tokens ->> 'access_token', 'token:' || t.identity_id),
        refresh_token = COALESCE(
            howdah_private.secret_seal(v_asked.tokens ->> 'refresh_token', 'token:' || t.identity_id), t.refresh_token),
        scope = COALESCE(v_meta ->> 'scope', t.scope),
        expires_at = (v_meta ->> 'expires_at')::pg_catalog.timestamptz, updated_at = pg_catalog.clock_timestamp()
    WHERE t.identity_id = v_kept.identity_id AND t.updated_at = v_kept.updated_at;
    RETURN howdah_private.auth_show_provider_token(v_kept.identity_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_fresh_provider_token(pg_catalog.uuid, pg_catalog.text)
    IS 'A user''s access token at a provider, refreshed in time.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_fresh_provider_token(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_fresh_provider_token(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
