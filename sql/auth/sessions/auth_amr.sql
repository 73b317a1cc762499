-- howdah_private.auth_amr: by what means the user of a session has proven who he is, the latest first: the claim amr.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_amr(session_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
               'method', a.authentication_method,
               'timestamp', pg_catalog.floor(EXTRACT(epoch FROM a.updated_at))::pg_catalog.int8)
               ORDER BY a.updated_at DESC, a.authentication_method), '[]')
    FROM auth.mfa_amr_claims AS a WHERE a.session_id = auth_amr.session_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_amr(pg_catalog.uuid) IS 'By what means the user of a session has proven who he is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_amr(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_amr(pg_catalog.uuid) TO howdah_owner;
