-- howdah_private.auth_resolve_provider: a provider with its endpoints, those that its row has not from its discovery document.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   resolved; or waiting or problem, as howdah_private.auth_provider_document().
CREATE FUNCTION howdah_private.auth_resolve_provider(
    provider pg_catalog.jsonb,
    OUT resolved pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_document record;
BEGIN
    resolved := auth_resolve_provider.provider;
    IF resolved IS NULL OR resolved ->> 'kind' <> 'oidc' OR (resolved ->> 'authorization_endpoint' IS NOT NULL
        AND resolved ->> 'token_endpoint' IS NOT NULL AND resolved ->> 'jwks_uri' IS NOT NULL) THEN
        RETURN;
    END IF;
    v_document := howdah_private.auth_provider_document(
        howdah_private.oidc_discovery_url(resolved ->> 'issuer'), 'discovery', resolved ->> 'issuer', false);
    waiting := v_document.waiting;
    problem := v_document.problem;
    resolved := v_document.document || pg_catalog.jsonb_strip_nulls(resolved);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_resolve_provider(pg_catalog.jsonb) IS 'A provider with its endpoints.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_resolve_provider(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_resolve_provider(pg_catalog.jsonb) TO howdah_owner;
