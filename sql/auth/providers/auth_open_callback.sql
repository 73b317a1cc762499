-- howdah_private.auth_open_callback: the flow that a provider's answer belongs to, if this browser may end it.
--
-- Runs as   invoker: auth.callback is howdah_owner.
-- Returns   flow; or refusal bad_oauth_callback, bad_oauth_state. Another browser's answer, and one that another issuer says that
--           it is from (RFC 9207), changes nothing: whoever sends those must not be able to end the right one's flow.
CREATE FUNCTION howdah_private.auth_open_callback(
    state pg_catalog.text,
    OUT flow pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow    auth.flow_state;
    v_browser pg_catalog.text;
BEGIN
    IF COALESCE(auth_open_callback.state, '') = '' THEN
        refusal := howdah_private.auth_refuse('bad_oauth_callback', 'OAuth state parameter missing');
        RETURN;
    END IF;
    SELECT f.* INTO v_flow FROM auth.flow_state AS f
    WHERE f.state_hash = howdah_private.auth_token_digest(auth_open_callback.state)
      AND f.finished_at IS NULL AND f.expires_at > pg_catalog.clock_timestamp();
    SELECT b.hash INTO v_browser FROM howdah_private.auth_browser(false, false) AS b;
    IF v_flow.id IS NULL
        OR v_flow.browser_hash <> COALESCE(v_browser, '')
        OR (v_flow.client IS NOT NULL AND NOT howdah_private.auth_same_client(v_flow.client)) THEN
        refusal := howdah_private.auth_refuse('bad_oauth_state', 'OAuth callback with invalid state');
        RETURN;
    END IF;
    flow := v_flow.id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_open_callback(
    pg_catalog.text) IS 'The flow that a provider''s answer belongs to.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_open_callback(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_open_callback(pg_catalog.text) TO howdah_owner;
