-- howdah_private.auth_take_profile: end a flow with who the provider says that somebody is.
--
-- A flow that links and ends in a code (PKCE) links when the code is exchanged: by the client that began, not by whichever
-- browser was led through it.
--
-- Runs as   invoker: auth.callback is howdah_owner.
-- Writes    as howdah_private.auth_admit_profile() or auth_link_profile(); the provider's tokens; a code or a session.
-- Returns   303.
CREATE FUNCTION howdah_private.auth_take_profile(
    flow pg_catalog.uuid,
    provider pg_catalog.jsonb,
    profile pg_catalog.jsonb,
    tokens pg_catalog.jsonb
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flow    auth.flow_state;
    v_profile pg_catalog.jsonb := auth_take_profile.profile || pg_catalog.jsonb_build_object(
        'token', howdah_private.auth_token_meta(auth_take_profile.tokens));
    v_done    record;
    v_refusal auth.answer;
    v_session pg_catalog.jsonb;
BEGIN
    PERFORM howdah_private.fetch_forget('oauth:' || auth_take_profile.flow);
    UPDATE auth.flow_state AS f
    SET provider_access_token = howdah_private.secret_seal(auth_take_profile.tokens ->> 'access_token', 'flow:' || f.id),
        provider_refresh_token = howdah_private.secret_seal(auth_take_profile.tokens ->> 'refresh_token', 'flow:' || f.id)
    WHERE f.id = auth_take_profile.flow
    RETURNING f.* INTO v_flow;

    IF v_flow.linking_target_id IS NOT NULL THEN
        v_refusal := howdah_private.auth_refuse_link(
            v_flow.provider_type, v_flow.linking_target_id, v_profile);
        IF (v_refusal).status IS NULL AND v_flow.code_challenge IS NULL THEN
            v_refusal := howdah_private.auth_link_profile(
                v_flow.provider_type, v_flow.linking_target_id, v_profile, v_flow.id);
        ELSIF (v_refusal).status IS NULL THEN
            UPDATE auth.flow_state AS f SET linking_profile = v_profile WHERE f.id = v_flow.id;
        END IF;
        v_flow.user_id := v_flow.linking_target_id;
    ELSE
        v_done := howdah_private.auth_admit_profile(
            auth_take_profile.provider, v_profile,
            howdah_private.secret_open(v_flow.invite_token, 'flow:' || v_flow.id));
        v_refusal := v_done.refusal;
        v_flow.user_id := v_done.user_id;
        IF (v_refusal).status IS NULL THEN
            PERFORM howdah_private.auth_keep_provider_tokens(v_done.identity_id, v_flow.id, v_profile -> 'token');
        END IF;
    END IF;
    IF (v_refusal).status IS NULL THEN
        v_refusal := howdah_private.auth_refuse_user(v_flow.user_id);
    END IF;
    IF (v_refusal).status IS NOT NULL THEN
        RETURN howdah_private.auth_end_callback(v_flow.id, v_refusal);
    END IF;
    IF v_flow.code_challenge IS NOT NULL THEN
        RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(v_flow.referrer,
            pg_catalog.jsonb_build_object('code', howdah_private.auth_issue_code(v_flow.id, v_flow.user_id)), NULL));
    END IF;
    v_session := howdah_private.auth_issue_session(v_flow.user_id, 'oauth');
    UPDATE auth.flow_state AS f SET provider_access_token = NULL, provider_refresh_token = NULL, user_id = v_flow.user_id
    WHERE f.id = v_flow.id;
    RETURN howdah_private.auth_redirect_answer(howdah_private.auth_callback_url(v_flow.referrer, NULL,
        (v_session - 'user') || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'provider_token', auth_take_profile.tokens ->> 'access_token',
            'provider_refresh_token', auth_take_profile.tokens ->> 'refresh_token', 'sb', ''))));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_take_profile(
    pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) IS 'End a flow with who the provider says that somebody is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_take_profile(
    pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_take_profile(
    pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
