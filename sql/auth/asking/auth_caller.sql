-- howdah_private.auth_caller: the signed-in user who asks, or the refusal to answer with.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   refusal 401 no_authorization without a bearer token, 403 bad_jwt for one that is no good or names no user, 403
--           session_not_found where its session has ended (the gateway has looked), 403 user_not_found where the user is gone; else
--           user, session (NULL for a token without one), aal and amr, all of the verified token.
CREATE FUNCTION howdah_private.auth_caller()
RETURNS howdah_private.auth_caller
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller;
    v_problem pg_catalog.text := howdah_private.token_problem();
    v_claims  pg_catalog.jsonb := auth.jwt();
BEGIN
    IF v_problem IS NOT NULL THEN
        v_caller.refusal := howdah_private.auth_refuse(
            pg_catalog.split_part(v_problem, ': ', 1),
            pg_catalog.substr(v_problem, pg_catalog.strpos(v_problem, ': ') + 2));
        RETURN v_caller;
    END IF;
    IF howdah_private.request_header('authorization') IS NULL AND auth.uid() IS NULL THEN
        v_caller.refusal := howdah_private.auth_refuse('no_authorization');
        RETURN v_caller;
    END IF;
    IF v_claims ? 'api_key_id' THEN
        -- A program's key is for the app's data. It must not change what its user signs in with, nor make more keys.
        v_caller.refusal := howdah_private.auth_refuse(
            'bad_jwt', 'invalid claim: an API key is not a session: sign in');
        RETURN v_caller;
    END IF;
    v_caller.user_id := auth.uid();
    IF v_caller.user_id IS NULL THEN
        v_caller.refusal := howdah_private.auth_refuse('bad_jwt', 'invalid claim: missing sub claim');
        RETURN v_caller;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = v_caller.user_id AND u.deleted_at IS NULL) THEN
        v_caller.refusal := howdah_private.auth_refuse_as(
            403, 'user_not_found', 'User from sub claim in JWT does not exist');
        RETURN v_caller;
    END IF;
    -- A client that the user has let in reads who he is; his account is not its to change.
    IF v_claims ? 'client_id' AND NOT (
        pg_catalog.current_setting('request.method', true) = 'GET'
        AND pg_catalog.current_setting('request.path', true) IN ('/auth/v1/user', '/auth/v1/oauth/userinfo')) THEN
        v_caller.refusal := howdah_private.auth_refuse('oauth_client_not_allowed');
        RETURN v_caller;
    END IF;
    v_caller.session_id := v_claims ->> 'session_id';
    v_caller.aal := COALESCE(v_claims ->> 'aal', 'aal1');
    v_caller.amr := v_claims -> 'amr';
    v_caller.claims := v_claims;
    RETURN v_caller;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_caller() IS 'The signed-in user who asks, or the refusal to answer with.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_caller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_caller() TO howdah_owner;
