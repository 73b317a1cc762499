-- howdah_private.check_role: refuse a role that no request may ever run as.
--
-- Runs as   invoker: reads only pg_roles and pg_auth_members, which everybody may.
-- Returns   whether the role bypasses policies: service_role alone may.
-- Raises    42704 if there is no such role; 42501 if it has powers beyond tables and rows, is one of
--           Howdah's own, or is a member of such a role.
CREATE FUNCTION howdah_private.check_role(role pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_role record;
BEGIN
    SELECT r.oid, r.rolbypassrls,
           r.rolsuper OR r.rolcreaterole OR r.rolreplication
               OR (r.rolbypassrls AND r.rolname <> 'service_role') AS powerful
    INTO v_role
    FROM pg_catalog.pg_roles AS r WHERE r.rolname = check_role.role;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role "%" does not exist', check_role.role USING ERRCODE = 'undefined_object';
    END IF;
    IF v_role.powerful THEN
        RAISE EXCEPTION 'role "%" must not be entered by a request', check_role.role
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'It is SUPERUSER, BYPASSRLS, CREATEROLE or REPLICATION.';
    END IF;
    IF EXISTS (
        WITH RECURSIVE reach AS (
            SELECT v_role.oid AS oid
            UNION
            SELECT a.roleid FROM pg_catalog.pg_auth_members AS a JOIN reach ON a.member = reach.oid
        )
        SELECT 1 FROM reach JOIN pg_catalog.pg_roles AS r ON r.oid = reach.oid
        WHERE r.rolsuper OR r.rolname IN (
            'howdah_owner', 'howdah_proxy', 'howdah_courier',
            'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
    ) THEN
        RAISE EXCEPTION 'role "%" must not be entered by a request', check_role.role
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'It is, or is a member of, a superuser, one of Howdah''s own roles or '
                           'a role that reaches the server''s files or programs.';
    END IF;
    RETURN v_role.rolbypassrls;
END
$$;
COMMENT ON FUNCTION howdah_private.check_role(pg_catalog.text)
    IS 'Refuse a role that no request may ever run as.';
REVOKE EXECUTE ON FUNCTION howdah_private.check_role(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.check_role(pg_catalog.text) TO howdah_owner;
