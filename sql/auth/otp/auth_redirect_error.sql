-- howdah_private.auth_redirect_error: send a browser on with an error: in the fragment, and in the query too where
-- an app's server waits for a code (flow).
CREATE FUNCTION howdah_private.auth_redirect_error(
    target  pg_catalog.text,
    refusal auth.answer,
    flow    pg_catalog.bool
)
RETURNS auth.answer
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_body  CONSTANT pg_catalog.jsonb := (auth_redirect_error.refusal).body;
    v_parts CONSTANT pg_catalog.jsonb := pg_catalog.jsonb_build_object(
        'error', CASE WHEN (auth_redirect_error.refusal).status IN (400, 422) THEN 'invalid_request'
                      WHEN (auth_redirect_error.refusal).status >= 500 THEN 'server_error'
                      ELSE 'access_denied' END,
        'error_code', v_body ->> 'error_code',
        'error_description', v_body ->> 'msg');
BEGIN
    RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(
        auth_redirect_error.target,
        CASE WHEN auth_redirect_error.flow THEN v_parts END,
        v_parts || '{"sb": ""}'));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_redirect_error(pg_catalog.text, auth.answer, pg_catalog.bool)
    IS 'Send a browser on with an error.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_redirect_error(pg_catalog.text, auth.answer, pg_catalog.bool)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_redirect_error(pg_catalog.text, auth.answer, pg_catalog.bool)
    TO howdah_owner;
