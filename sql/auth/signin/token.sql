-- auth.token: POST /token, which grant_type sends on to the function of that grant.
--
-- Runs as   invoker: REVOKE EXECUTE on auth.sign_in_with_password, auth.refresh_session, auth.exchange_code or
--           auth.sign_in_with_id_token closes that grant.
-- Returns   what the grant answers; 400 invalid_credentials "unsupported_grant_type" for one that there is not, or that is
--           closed.
CREATE FUNCTION auth.token(
    grant_type pg_catalog.text DEFAULT NULL,
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password pg_catalog.text DEFAULT NULL,
    refresh_token pg_catalog.text DEFAULT NULL,
    auth_code pg_catalog.text DEFAULT NULL,
    code_verifier pg_catalog.text DEFAULT NULL,
    id_token pg_catalog.text DEFAULT NULL,
    access_token pg_catalog.text DEFAULT NULL,
    nonce pg_catalog.text DEFAULT NULL,
    provider pg_catalog.text DEFAULT NULL,
    client_id pg_catalog.text DEFAULT NULL,
    issuer pg_catalog.text DEFAULT NULL,
    link_identity pg_catalog.bool DEFAULT NULL,
    gotrue_meta_security pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_function pg_catalog.oid := CASE token.grant_type
        WHEN 'password' THEN 'auth.sign_in_with_password(text,text,text,jsonb)'::pg_catalog.regprocedure
        WHEN 'refresh_token' THEN 'auth.refresh_session(text)'::pg_catalog.regprocedure
        WHEN 'pkce' THEN 'auth.exchange_code(text,text)'::pg_catalog.regprocedure
        WHEN 'id_token' THEN 'auth.sign_in_with_id_token(text,text,text,text,text,text,bool)'::pg_catalog.regprocedure END;
BEGIN
    IF NOT COALESCE(pg_catalog.has_function_privilege(v_function, 'EXECUTE'), false) THEN
        RETURN ROW(400, '{"code": 400, "error_code": "invalid_credentials", "msg": "unsupported_grant_type"}',
                   NULL)::auth.answer;
    END IF;
    CASE token.grant_type
        WHEN 'password' THEN
            RETURN auth.sign_in_with_password(
                email => token.email, phone => token.phone, password => token.password,
                gotrue_meta_security => token.gotrue_meta_security);
        WHEN 'refresh_token' THEN
            RETURN auth.refresh_session(refresh_token => token.refresh_token);
        WHEN 'pkce' THEN
            RETURN auth.exchange_code(auth_code => token.auth_code, code_verifier => token.code_verifier);
        WHEN 'id_token' THEN
            RETURN auth.sign_in_with_id_token(
                id_token => token.id_token, access_token => token.access_token, nonce => token.nonce,
                provider => token.provider, client_id => token.client_id, issuer => token.issuer,
                link_identity => token.link_identity);
    END CASE;
END
$$;
COMMENT ON FUNCTION auth.token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb)
    IS 'POST /token, which grant_type sends on to the function of that grant.';
REVOKE EXECUTE ON FUNCTION auth.token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb) TO anon, authenticated, service_role;
