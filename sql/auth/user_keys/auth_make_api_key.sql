-- howdah_private.auth_make_api_key: a new API key of a user or an organisation.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    one auth.api_keys row, one audit row; never the key itself.
-- Returns   201 and the key with "key", which is shown only here; 400 validation_failed; 422 over_quota.
CREATE FUNCTION howdah_private.auth_make_api_key(
    made_by pg_catalog.uuid,
    organization_id pg_catalog.uuid,
    name pg_catalog.text,
    scopes pg_catalog.text[],
    expires_in pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user pg_catalog.uuid := CASE WHEN auth_make_api_key.organization_id IS NULL THEN auth_make_api_key.made_by END;
    v_key  pg_catalog.text := 'hw_uk_' || howdah_private.random_token(32);
    v_most pg_catalog.int8 := auth.get('user_api_keys_max_age');
    v_life pg_catalog.interval;
    v_id   pg_catalog.uuid;
BEGIN
    IF COALESCE(pg_catalog.char_length(pg_catalog.btrim(auth_make_api_key.name)), 0) NOT BETWEEN 1 AND 200 THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'name is 1 to 200 characters');
    ELSIF pg_catalog.cardinality(auth_make_api_key.scopes) > 50
          OR EXISTS (SELECT 1 FROM pg_catalog.unnest(auth_make_api_key.scopes) AS s (scope)
                     WHERE s.scope IS NULL OR s.scope !~ '^[A-Za-z0-9_.:/*-]{1,64}$') THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'scopes are at most 50 words of letters, digits and _ . : / * -');
    END IF;
    IF COALESCE(auth_make_api_key.expires_in, '') <> '' THEN
        v_life := howdah_private.auth_parse_duration(auth_make_api_key.expires_in);
        IF v_life IS NULL OR v_life <= '0'::pg_catalog.interval THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'expires_in is a length of time like 720h');
        END IF;
    END IF;
    IF v_most > 0 THEN
        v_life := LEAST(v_life, pg_catalog.make_interval(secs => v_most));
    END IF;
    IF (SELECT pg_catalog.count(*) FROM auth.api_keys AS k
        WHERE k.user_id = v_user OR k.organization_id = auth_make_api_key.organization_id) >= 100 THEN
        RETURN howdah_private.auth_refuse('over_quota', 'There are 100 API keys: revoke one first');
    END IF;
    INSERT INTO auth.api_keys AS k (user_id, organization_id, name, prefix, key_hash, scopes, created_by, expires_at)
    VALUES (v_user, auth_make_api_key.organization_id, pg_catalog.btrim(auth_make_api_key.name), pg_catalog.left(v_key, 12),
            howdah_private.auth_token_digest(v_key),
            ARRAY(SELECT DISTINCT s.scope FROM pg_catalog.unnest(auth_make_api_key.scopes) AS s (scope) ORDER BY 1),
            auth_make_api_key.made_by, pg_catalog.clock_timestamp() + v_life)
    RETURNING k.id INTO v_id;
    PERFORM howdah_private.auth_audit('api_key_created', auth_make_api_key.made_by, pg_catalog.jsonb_build_object(
        'api_key_id', v_id, 'organization_id', auth_make_api_key.organization_id));
    RETURN howdah_private.auth_reply(
        howdah_private.auth_api_key_json(v_id) || pg_catalog.jsonb_build_object('key', v_key), 201, '{"Cache-Control": "no-store"}');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_make_api_key(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text,
                                                     pg_catalog.text[], pg_catalog.text)
    IS 'A new API key of a user or an organisation.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_make_api_key(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text,
                                                            pg_catalog.text[], pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_make_api_key(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text,
                                                           pg_catalog.text[], pg_catalog.text)
    TO howdah_owner;
