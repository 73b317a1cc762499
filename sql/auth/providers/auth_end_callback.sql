-- howdah_private.auth_end_callback: send the browser on from a provider with an error, in the query and in the fragment, as GoTrue does.
--
-- Runs as   invoker: auth.callback is howdah_owner.
-- Takes     flow: NULL where it cannot be trusted; the browser then goes to site_url.
-- Writes    the flow's end: its state is not taken again.
CREATE FUNCTION howdah_private.auth_end_callback(flow pg_catalog.uuid, refusal auth.answer)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_target pg_catalog.text;
BEGIN
    UPDATE auth.flow_state AS f SET finished_at = COALESCE(f.finished_at, pg_catalog.clock_timestamp())
    WHERE f.id = auth_end_callback.flow
    RETURNING f.referrer INTO v_target;
    PERFORM howdah_private.fetch_forget('oauth:' || auth_end_callback.flow);
    RETURN howdah_private.auth_redirect_error(
        COALESCE(v_target, howdah_private.auth_redirect(NULL)), auth_end_callback.refusal, true);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_end_callback(
    pg_catalog.uuid, auth.answer) IS 'Send the browser on from a provider with an error.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_end_callback(pg_catalog.uuid, auth.answer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_end_callback(pg_catalog.uuid, auth.answer) TO howdah_owner;
