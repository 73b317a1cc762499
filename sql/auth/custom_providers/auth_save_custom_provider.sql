-- howdah_private.auth_save_custom_provider: make a custom provider, or change what is given of one: a row of auth.providers by way of
-- auth.set_provider, which checks it and seals the secret, and its name for people.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the provider; an audit row without its secret.
-- Returns   the provider with the status given, or 400 validation_failed with what would be right.
-- Arguments given: by the names of the endpoints; null and empty texts are not given.
CREATE FUNCTION howdah_private.auth_save_custom_provider(
    identifier pg_catalog.text, given pg_catalog.jsonb, action pg_catalog.text, status pg_catalog.int4)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_reserved CONSTANT pg_catalog.text[] := ARRAY[
        'client_id', 'client_secret', 'redirect_uri', 'response_type', 'state', 'code_challenge', 'code_challenge_method',
        'code_verifier', 'nonce'];
    v_old   pg_catalog.jsonb;
    v_given pg_catalog.jsonb;
    v_name  pg_catalog.text;
    v_ids   pg_catalog.jsonb;
BEGIN
    SELECT COALESCE(pg_catalog.jsonb_object_agg(g.key, g.value), '{}') INTO v_given
    FROM pg_catalog.jsonb_each(pg_catalog.jsonb_strip_nulls(auth_save_custom_provider.given)) AS g WHERE g.value <> '""';
    SELECT pg_catalog.to_jsonb(p) - 'secret' INTO v_old FROM auth.providers AS p WHERE p.name = auth_save_custom_provider.identifier;
    SELECT k.name INTO v_name FROM pg_catalog.unnest(c_reserved) AS k (name)
    WHERE pg_catalog.jsonb_typeof(v_given -> 'authorization_params') = 'object' AND v_given -> 'authorization_params' ? k.name LIMIT 1;
    IF FOUND THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Cannot override reserved OAuth parameter: ' || v_name);
    END IF;
    v_ids := COALESCE(v_given -> 'acceptable_client_ids', (v_old -> 'client_ids') - 0, '[]');
    PERFORM auth.set_provider(
        name => auth_save_custom_provider.identifier,
        client_id => pg_catalog.concat_ws(',', COALESCE(v_given ->> 'client_id', v_old #>> '{client_ids,0}'),
            (SELECT pg_catalog.string_agg(i.id, ',') FROM pg_catalog.jsonb_array_elements_text(v_ids) AS i (id))),
        secret => v_given ->> 'client_secret',
        kind => COALESCE(v_given ->> 'provider_type', v_old ->> 'kind'),
        issuer => COALESCE(v_given ->> 'issuer', v_old ->> 'issuer'),
        base_url => v_old ->> 'base_url',
        enabled => COALESCE((v_given -> 'enabled')::pg_catalog.bool, (v_old -> 'enabled')::pg_catalog.bool, true),
        options => COALESCE(v_old, '{}') - ARRAY['name', 'kind', 'client_ids', 'enabled', 'issuer', 'base_url', 'created_at', 'updated_at']
            || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                'authorization_endpoint', v_given -> 'authorization_url', 'token_endpoint', v_given -> 'token_url',
                'userinfo_endpoint', v_given -> 'userinfo_url', 'jwks_uri', v_given -> 'jwks_uri', 'scopes', v_given -> 'scopes',
                'pkce', v_given -> 'pkce_enabled', 'skip_nonce_check', v_given -> 'skip_nonce_check',
                'email_optional', v_given -> 'email_optional', 'claim_mapping', v_given -> 'attribute_mapping',
                'parameters', v_given -> 'authorization_params')));
    -- A change may leave the name as it is; what is inserted must have one even where it becomes an update.
    INSERT INTO auth.custom_providers AS c (identifier, name)
    VALUES (auth_save_custom_provider.identifier, COALESCE(v_given ->> 'name', (
        SELECT k.name FROM auth.custom_providers AS k WHERE k.identifier = auth_save_custom_provider.identifier)))
    ON CONFLICT ON CONSTRAINT custom_providers_pkey DO UPDATE SET name = excluded.name;
    PERFORM howdah_private.auth_audit(auth_save_custom_provider.action, NULL,
        pg_catalog.jsonb_build_object('provider', auth_save_custom_provider.identifier));
    RETURN howdah_private.auth_reply(
        howdah_private.auth_custom_provider_json(auth_save_custom_provider.identifier), auth_save_custom_provider.status);
EXCEPTION
    WHEN data_exception OR check_violation OR not_null_violation THEN
        RETURN howdah_private.auth_refuse('validation_failed', SQLERRM);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_save_custom_provider(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4) IS 'Make a custom provider, or change what is given of one.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_save_custom_provider(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_save_custom_provider(
    pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4)
    TO howdah_owner;
