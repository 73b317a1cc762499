-- howdah_private.auth_end_denied: the provider, or the user there, said no; its words go on to the app.
--
-- Runs as   invoker: auth.callback is howdah_owner.
-- Writes    the flow's end.
CREATE FUNCTION howdah_private.auth_end_denied(
    flow pg_catalog.uuid,
    error pg_catalog.text,
    description pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_parts pg_catalog.jsonb := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'error', CASE WHEN auth_end_denied.error ~ '^[A-Za-z0-9_.-]{1,64}$' THEN auth_end_denied.error ELSE 'server_error' END,
        'error_description', pg_catalog.left(pg_catalog.regexp_replace(
            auth_end_denied.description, '[^[:print:]]', ' ', 'g'), 500)));
    v_target pg_catalog.text;
BEGIN
    UPDATE auth.flow_state AS f SET finished_at = COALESCE(f.finished_at, pg_catalog.clock_timestamp())
    WHERE f.id = auth_end_denied.flow
    RETURNING f.referrer INTO v_target;
    RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(
        v_target, v_parts, v_parts || '{"sb": ""}'));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_end_denied(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text) IS 'The provider, or the user there, said no.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_end_denied(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_end_denied(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
