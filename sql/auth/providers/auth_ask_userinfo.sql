-- howdah_private.auth_ask_userinfo: a document of the provider's about the user.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     kind: object or list.
-- Returns   document; or waiting; or problem, words for the developer.
CREATE FUNCTION howdah_private.auth_ask_userinfo(
    provider pg_catalog.jsonb,
    scope pg_catalog.text,
    step pg_catalog.text,
    url pg_catalog.text,
    kind pg_catalog.text,
    access_token pg_catalog.text,
    OUT document pg_catalog.jsonb,
    OUT waiting pg_catalog.text,
    OUT problem pg_catalog.text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made   pg_catalog.jsonb;
    v_answer pg_catalog.jsonb;
BEGIN
    v_made := howdah_private.oidc_userinfo_request(
        auth_ask_userinfo.provider, auth_ask_userinfo.url, auth_ask_userinfo.access_token,
        howdah_private.auth_provider_secret(auth_ask_userinfo.provider ->> 'name'));
    IF v_made ? 'refusal' THEN
        problem := v_made ->> 'refusal';
        RETURN;
    END IF;
    v_answer := howdah_private."fetch"(auth_ask_userinfo.scope, auth_ask_userinfo.step,
        howdah_private.auth_seal_request(v_made -> 'ok', auth_ask_userinfo.scope));
    IF v_answer IS NULL THEN
        waiting := auth_ask_userinfo.scope;
        RETURN;
    END IF;
    IF v_answer ->> 'status' IS DISTINCT FROM '200' THEN
        problem := pg_catalog.format('%s: %s', auth_ask_userinfo.step, COALESCE(v_answer ->> 'error', v_answer ->> 'status'));
        RETURN;
    END IF;
    v_made := howdah_private.oidc_read_document(auth_ask_userinfo.kind, v_answer ->> 'body', NULL);
    document := v_made -> 'ok';
    problem := auth_ask_userinfo.step || ': ' || (v_made ->> 'refusal');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_ask_userinfo(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'A document of the provider''s about the user.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_ask_userinfo(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_ask_userinfo(
    pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
