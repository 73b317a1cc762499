-- howdah_private.auth_issue_code: the auth code of a flow whose user has proven who he is.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the flow's user and the code's SHA-256. A flow gives one code.
-- Returns   the code, good once and for security_auth_code_exp seconds; NULL if the flow is gone, without a
--           challenge, or has given one.
CREATE FUNCTION howdah_private.auth_issue_code(flow_state pg_catalog.uuid, user_id pg_catalog.uuid)
RETURNS pg_catalog.text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_code pg_catalog.text := howdah_private.random_token(32);
BEGIN
    UPDATE auth.flow_state AS f
    SET user_id = auth_issue_code.user_id, auth_code = howdah_private.auth_token_digest(v_code),
        auth_code_issued_at = pg_catalog.clock_timestamp(), updated_at = pg_catalog.now()
    WHERE f.id = auth_issue_code.flow_state AND f.auth_code_issued_at IS NULL AND f.code_challenge IS NOT NULL;
    RETURN CASE WHEN FOUND THEN v_code END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_issue_code(pg_catalog.uuid, pg_catalog.uuid)
    IS 'The auth code of a flow whose user has proven who he is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_issue_code(pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_issue_code(pg_catalog.uuid, pg_catalog.uuid) TO howdah_owner;
