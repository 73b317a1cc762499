-- howdah_private.auth_open_link: take the secret of a mail's link and send its browser on.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    as auth.verify; with a flow (PKCE), an auth code in the place of the session.
-- Returns   303 to redirect_to if it is allowed, else to where the link was asked to lead, else to site_url: tokens,
--           an error or a message in the fragment; ?code= for a flow, whose errors are in the query too.
--           400 validation_failed without type or token.
CREATE FUNCTION howdah_private.auth_open_link(
    token       pg_catalog.text,
    type        pg_catalog.text,
    redirect_to pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow     CONSTANT pg_catalog.bool := pg_catalog.starts_with(COALESCE(auth_open_link.token, ''), 'pkce_');
    v_target   pg_catalog.text;
    v_refusal  auth.answer;
    v_proven   record;
    v_session  pg_catalog.jsonb;
BEGIN
    IF COALESCE(auth_open_link.type, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Verify requires a verification type');
    END IF;
    IF COALESCE(auth_open_link.token, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Verify requires a token or a token hash');
    END IF;
    v_target := howdah_private.auth_redirect(NULLIF(auth_open_link.redirect_to, ''));
    v_refusal := howdah_private.auth_check_rate('verify', pg_catalog.host(howdah_private.client_address()));
    IF (v_refusal).status IS NOT NULL THEN
        RETURN howdah_private.auth_redirect_error(v_target, v_refusal, v_flow);
    END IF;
    v_proven := howdah_private.auth_prove(auth_open_link.type, auth_open_link.token, NULL, NULL);
    IF (v_proven.refusal).status IS NOT NULL THEN
        RETURN howdah_private.auth_redirect_error(v_target, v_proven.refusal, v_flow);
    END IF;
    IF COALESCE(auth_open_link.redirect_to, '') = '' THEN
        v_target := howdah_private.auth_redirect((v_proven.proof).redirect_to);
    END IF;
    IF v_proven.half THEN
        RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(
            v_target,
            CASE WHEN v_flow THEN pg_catalog.jsonb_build_object('message', howdah_private.auth_half_message()) END,
            pg_catalog.jsonb_build_object('message', howdah_private.auth_half_message(), 'sb', '')));
    END IF;
    IF v_flow THEN
        RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(
            v_target,
            pg_catalog.jsonb_build_object('code', howdah_private.auth_issue_code(
                (v_proven.proof).flow_state_id, (v_proven.proof).user_id)),
            NULL));
    END IF;
    v_session := howdah_private.auth_issue_session(
        (v_proven.proof).user_id, howdah_private.auth_proof_method(v_proven.proof));
    RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(v_target, NULL,
        (v_session - 'user' - 'weak_password')
            || pg_catalog.jsonb_build_object('type', auth_open_link.type, 'sb', '')));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_open_link(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Take the secret of a mail''s link and send its browser on.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_open_link(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_open_link(pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
