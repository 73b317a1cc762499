-- howdah_private.auth_provider_document: a key set or discovery document, from the last fetch while it is good.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     kind jwks or discovery (of issuer); again: what there is does not do (an unknown key).
-- Writes    auth.provider_documents. It is asked for once a minute at most, whoever asks how often: all who come meanwhile get what
--           that fetch gives. What came is good for its max-age, 5 minutes at least, a day at most, an hour if it says nothing.
-- Returns   document; or waiting, the scope to wait for (howdah_private.auth_wait); or problem, words for the developer.
CREATE FUNCTION howdah_private.auth_provider_document(
    url pg_catalog.text,
    kind pg_catalog.text,
    issuer pg_catalog.text,
    again pg_catalog.bool,
    OUT document pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row    auth.provider_documents;
    v_now    pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_scope  pg_catalog.text;
    v_answer pg_catalog.jsonb;
    v_read   pg_catalog.jsonb;
    v_age    pg_catalog.int4;
BEGIN
    SELECT d.* INTO v_row FROM auth.provider_documents AS d WHERE d.url = auth_provider_document.url;
    IF v_row.expires_at > v_now AND NOT auth_provider_document.again THEN
        document := v_row.document;
        RETURN;
    END IF;
    INSERT INTO auth.provider_documents AS d (url, attempt, asked_at)
    VALUES (auth_provider_document.url, 1, v_now)
    ON CONFLICT ON CONSTRAINT provider_documents_pkey
    DO UPDATE SET attempt = d.attempt + 1, asked_at = excluded.asked_at
    WHERE d.asked_at IS NULL OR d.asked_at < v_now - interval '1 minute';
    SELECT d.* INTO STRICT v_row FROM auth.provider_documents AS d WHERE d.url = auth_provider_document.url;

    v_scope := 'document:' || pg_catalog.left(howdah_private.auth_token_digest(v_row.url), 32) || ':' || v_row.attempt;
    v_answer := howdah_private."fetch"(v_scope, auth_provider_document.kind, pg_catalog.jsonb_build_object(
        'method', 'GET', 'url', v_row.url, 'headers', pg_catalog.jsonb_build_object('Accept', 'application/json')));
    IF v_answer IS NULL THEN
        waiting := v_scope;
        RETURN;
    END IF;
    IF v_answer ->> 'status' IS DISTINCT FROM '200' THEN
        problem := pg_catalog.format('%s: %s', v_row.url, COALESCE(v_answer ->> 'error', v_answer ->> 'status'));
        RETURN;
    END IF;
    v_read := howdah_private.oidc_read_document(
        auth_provider_document.kind, v_answer ->> 'body', auth_provider_document.issuer);
    IF v_read ? 'refusal' THEN
        problem := pg_catalog.format('%s: %s', v_row.url, v_read ->> 'refusal');
        RETURN;
    END IF;
    document := v_read -> 'ok';
    v_age := COALESCE(pg_catalog."substring"(v_answer #>> '{headers,cache-control}', 'max-age=([0-9]{1,7})')::pg_catalog.int4, 3600);
    UPDATE auth.provider_documents AS d
    SET document = auth_provider_document.document, fetched_at = v_now,
        expires_at = v_now + pg_catalog.make_interval(secs => LEAST(GREATEST(v_age, 300), 86400))
    WHERE d.url = v_row.url AND (d.fetched_at IS NULL OR d.fetched_at < v_row.asked_at);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_provider_document(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) IS 'A key set or discovery document of a provider.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_provider_document(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_provider_document(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) TO howdah_owner;
