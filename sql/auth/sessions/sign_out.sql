-- auth.sign_out: end sessions of who asks (POST /logout): global all of them, local this one, others all but this one.
--
-- Runs as   definer: deletes sessions, which no API role may see.
-- Writes    the end of the sessions, one audit row. Their access tokens are refused from the next request on.
-- Returns   204; 400 validation_failed for another scope; 401, 403 without a session.
CREATE FUNCTION auth.sign_out(scope pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
    v_scope  pg_catalog.text := COALESCE(NULLIF(sign_out.scope, ''), 'global');
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF v_scope = 'global' THEN
        PERFORM howdah_private.auth_end_sessions(v_caller.user_id);
    ELSIF v_scope = 'local' THEN
        DELETE FROM auth.sessions AS s WHERE s.id = v_caller.session_id AND s.user_id = v_caller.user_id;
    ELSIF v_scope = 'others' THEN
        PERFORM howdah_private.auth_end_sessions(v_caller.user_id, v_caller.session_id);
    ELSE
        RETURN howdah_private.auth_refuse('validation_failed',
            pg_catalog.format('Unsupported logout scope "%s"', pg_catalog.left(v_scope, 40)));
    END IF;
    PERFORM howdah_private.auth_audit('logout', v_caller.user_id, pg_catalog.jsonb_build_object('scope', v_scope));
    RETURN ROW(204, NULL, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.sign_out(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.sign_out(pg_catalog.text) IS 'End sessions of who asks: global, local or others.';
REVOKE EXECUTE ON FUNCTION auth.sign_out(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.sign_out(pg_catalog.text) TO anon, authenticated, service_role;
