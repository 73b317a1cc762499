-- howdah_private.auth_start_flow: keep what an auth code will be checked against (PKCE).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     a challenge that was checked (auth_check_pkce); method: what the session's amr will say.
-- Writes    one auth.flow_state row; takes out a few that are two days old.
-- Returns   its id, for howdah_private.auth_issue_code().
CREATE FUNCTION howdah_private.auth_start_flow(
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text,
    method pg_catalog.text,
    user_id pg_catalog.uuid DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id pg_catalog.uuid;
BEGIN
    DELETE FROM auth.flow_state AS f WHERE f.id IN (
        SELECT o.id FROM auth.flow_state AS o WHERE o.created_at < pg_catalog.now() - interval '2 days'
        ORDER BY o.created_at LIMIT 10 FOR UPDATE SKIP LOCKED);
    INSERT INTO auth.flow_state (
        id, user_id, code_challenge, code_challenge_method, provider_type, authentication_method,
        referrer, created_at, updated_at)
    VALUES (
        pg_catalog.gen_random_uuid(), auth_start_flow.user_id, auth_start_flow.code_challenge,
        pg_catalog.lower(auth_start_flow.code_challenge_method)::auth.code_challenge_method,
        auth_start_flow.method, auth_start_flow.method, auth_start_flow.redirect_to,
        pg_catalog.now(), pg_catalog.now())
    RETURNING id INTO v_id;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_start_flow(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text)
    IS 'Keep what an auth code will be checked against.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_start_flow(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_start_flow(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
