-- howdah.allow_role: let tokens name a role.
--
-- Runs as   definer: writes howdah.roles. It gives the role nothing: what it may do is up to GRANT (GRANT
--           anon TO it gives what every caller has) and to policies.
-- Writes    the row and one howdah.audit row; nothing if the role is listed already.
-- Raises    42704 no such role; 42501 a role that no request may run as (see check_role).
CREATE FUNCTION howdah.allow_role(role pg_catalog.text)
RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.roles (role, bypass)
    VALUES (allow_role.role, howdah_private.check_role(allow_role.role))
    ON CONFLICT ON CONSTRAINT roles_pkey DO NOTHING;
    IF FOUND THEN
        PERFORM howdah_private.record_audit(
            'allow_role', pg_catalog.jsonb_build_object('role', allow_role.role));
    END IF;
END
$$;
ALTER FUNCTION howdah.allow_role(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.allow_role(pg_catalog.text) IS 'Let tokens name a role.';
REVOKE EXECUTE ON FUNCTION howdah.allow_role(pg_catalog.text) FROM PUBLIC;
