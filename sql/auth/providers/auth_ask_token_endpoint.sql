-- howdah_private.auth_ask_token_endpoint: exchange a code or a refresh token at a provider.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     grant: grant_type and its parameters; at: a time that is the same at each replay, for a secret that is signed (Apple).
-- Returns   tokens, as the provider writes them; or waiting; or problem, words for the developer; denied: the provider itself
--           says no to the grant.
CREATE FUNCTION howdah_private.auth_ask_token_endpoint(
    provider pg_catalog.jsonb,
    scope pg_catalog.text,
    step pg_catalog.text,
    parameters pg_catalog.jsonb,
    at pg_catalog.timestamptz,
    OUT tokens pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT problem pg_catalog.text,
    OUT denied pg_catalog.bool
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made   pg_catalog.jsonb;
    v_answer pg_catalog.jsonb;
BEGIN
    denied := false;
    v_made := howdah_private.oidc_token_request(
        auth_ask_token_endpoint.provider,
        howdah_private.auth_provider_secret(auth_ask_token_endpoint.provider ->> 'name'),
        auth_ask_token_endpoint.parameters,
        pg_catalog.floor(EXTRACT(epoch FROM auth_ask_token_endpoint.at))::pg_catalog.int8);
    IF v_made ? 'refusal' THEN
        problem := v_made ->> 'refusal';
        RETURN;
    END IF;
    v_answer := howdah_private."fetch"(auth_ask_token_endpoint.scope, auth_ask_token_endpoint.step,
        howdah_private.auth_seal_request(v_made -> 'ok', auth_ask_token_endpoint.scope));
    IF v_answer IS NULL THEN
        waiting := auth_ask_token_endpoint.scope;
        RETURN;
    END IF;
    tokens := howdah_private.oidc_read_document('object', COALESCE(v_answer ->> 'body', ''), NULL) -> 'ok';
    -- GitHub says no with a 200.
    IF v_answer ->> 'status' NOT LIKE '2__' OR v_answer ? 'error' OR tokens ? 'error'
        OR COALESCE(tokens ->> 'access_token', '') = '' THEN
        denied := v_answer ->> 'status' LIKE '4__' OR COALESCE(tokens ? 'error', false);
        problem := pg_catalog.format('token endpoint: %s', COALESCE(
            pg_catalog.left(tokens ->> 'error', 64), v_answer ->> 'error', v_answer ->> 'status'));
        tokens := NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_ask_token_endpoint(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz) IS 'Exchange a code or a refresh token at a provider.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_ask_token_endpoint(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_ask_token_endpoint(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.timestamptz) TO howdah_owner;
