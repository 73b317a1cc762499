-- howdah_private.auth_oauth_claims: what a client may know of a user by its scopes (OIDC Core, 5.4).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_oauth_claims(user_id pg_catalog.uuid, scope pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_scopes pg_catalog.text[] := pg_catalog.string_to_array(auth_oauth_claims.scope, ' ');
    v_user   record;
BEGIN
    SELECT u.id, u.email, u.email_confirmed_at, u.phone, u.phone_confirmed_at, u.updated_at,
           COALESCE(u.raw_user_meta_data, '{}') AS data
    INTO STRICT v_user
    FROM auth.users AS u WHERE u.id = auth_oauth_claims.user_id;
    RETURN pg_catalog.jsonb_build_object('sub', v_user.id)
        || CASE WHEN 'email' = ANY (v_scopes) AND v_user.email IS NOT NULL THEN pg_catalog.jsonb_build_object(
               'email', v_user.email, 'email_verified', v_user.email_confirmed_at IS NOT NULL) ELSE '{}' END
        || CASE WHEN 'phone' = ANY (v_scopes) AND v_user.phone IS NOT NULL THEN pg_catalog.jsonb_build_object(
               'phone_number', '+' || v_user.phone, 'phone_number_verified', v_user.phone_confirmed_at IS NOT NULL) ELSE '{}' END
        || CASE WHEN 'profile' = ANY (v_scopes) THEN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
               'name', COALESCE(v_user.data -> 'full_name', v_user.data -> 'name'),
               'picture', COALESCE(v_user.data -> 'avatar_url', v_user.data -> 'picture'),
               'preferred_username', COALESCE(v_user.data -> 'user_name', v_user.data -> 'preferred_username'),
               'updated_at', pg_catalog.floor(EXTRACT(epoch FROM v_user.updated_at))::pg_catalog.int8)) ELSE '{}' END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_claims(pg_catalog.uuid, pg_catalog.text) IS 'What a client may know of a user by its scopes.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_claims(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_claims(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;

-- auth.oauth_userinfo: what the client who asks may know of its user (GET /oauth/userinfo; OIDC Core, 5.3).
--
-- Runs as   definer: reads users.
-- Returns   200 {sub, …} by the scopes of the token; all of them for the user's own session; 401, 403 as every endpoint.
CREATE FUNCTION auth.oauth_userinfo()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN ROW(200, howdah_private.auth_oauth_claims(
        v_caller.user_id, COALESCE(v_caller.claims ->> 'scope', 'openid email phone profile')),
        '{"Cache-Control": "no-store"}')::auth.answer;
END
$$;
ALTER FUNCTION auth.oauth_userinfo() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.oauth_userinfo() IS 'What the client who asks may know of its user.';
REVOKE EXECUTE ON FUNCTION auth.oauth_userinfo() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.oauth_userinfo() TO anon, authenticated, service_role;
