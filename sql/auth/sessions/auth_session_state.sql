-- howdah_private.auth_session_state: what a token's session is worth now.
--
-- Runs as   invoker: the gateway asks as howdah_owner, once a token and after each change.
-- Returns   {"until": Unix seconds}, 0 if it has ended (auth_session_end); with "aal" and "amr" of the session where the token says a higher
--           level: its second factor was removed since, and the token is good for no more than its session is.
-- Arguments issued, aal: the token's claims; aal NULL: it has none.
CREATE FUNCTION howdah_private.auth_session_state(
    session_id pg_catalog.uuid, user_id pg_catalog.uuid, issued pg_catalog.int8, aal pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_end pg_catalog.timestamptz := howdah_private.auth_session_end(
        auth_session_state.session_id, auth_session_state.user_id, auth_session_state.issued);
    v_aal pg_catalog.text;
BEGIN
    IF v_end IS NULL THEN
        RETURN '{"until": 0}';
    END IF;
    IF auth_session_state.aal COLLATE "C" > 'aal1' THEN
        SELECT COALESCE(s.aal::pg_catalog.text, 'aal1') INTO v_aal
        FROM auth.sessions AS s WHERE s.id = auth_session_state.session_id;
    END IF;
    RETURN pg_catalog.jsonb_build_object('until', pg_catalog.floor(EXTRACT(epoch FROM v_end))::pg_catalog.int8)
        || CASE WHEN auth_session_state.aal COLLATE "C" > v_aal THEN pg_catalog.jsonb_build_object(
               'aal', v_aal, 'amr', howdah_private.auth_amr(auth_session_state.session_id)) ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_session_state(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.int8, pg_catalog.text)
    IS 'What a token''s session is worth now.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_session_state(
    pg_catalog.uuid, pg_catalog.uuid, pg_catalog.int8, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_session_state(
    pg_catalog.uuid, pg_catalog.uuid, pg_catalog.int8, pg_catalog.text) TO howdah_owner;
