-- auth.define_organization_role: PUT /organizations/{organization_id}/roles/{role}: a role of one's own for an organisation. Owners may.
--
-- Runs as   definer: writes auth.organization_roles.
-- Returns   200 and the role; 400 validation_failed for a name that is none; 409 conflict for owner, which always manages; what
--           auth_team_caller refuses.
CREATE FUNCTION auth.define_organization_role(
    organization_id pg_catalog.text DEFAULT NULL,
    role pg_catalog.text DEFAULT NULL,
    manages pg_catalog.bool DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(define_organization_role.organization_id, 'own') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    ELSIF define_organization_role.role = 'owner' THEN
        RETURN howdah_private.auth_refuse('conflict', 'The role owner stays as it is');
    ELSIF (SELECT pg_catalog.count(*) FROM auth.organization_roles AS r WHERE r.organization_id = v_caller.id) >= 50 THEN
        RETURN howdah_private.auth_refuse('over_quota', 'An organisation has at most 50 roles');
    END IF;
    INSERT INTO auth.organization_roles AS r (organization_id, role, manages)
    VALUES (v_caller.id, define_organization_role.role, COALESCE(define_organization_role.manages, false))
    ON CONFLICT ON CONSTRAINT organization_roles_pkey DO UPDATE SET manages = excluded.manages;
    PERFORM howdah_private.auth_audit('organization_role_defined', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'role', define_organization_role.role, 'manages', define_organization_role.manages));
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'role', define_organization_role.role, 'manages', COALESCE(define_organization_role.manages, false)));
EXCEPTION
    WHEN check_violation OR not_null_violation THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'A role is a small letter, then small letters, digits, _ and -');
END
$$;
ALTER FUNCTION auth.define_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.bool)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.define_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.bool)
    IS 'PUT /organizations/{organization_id}/roles/{role}.';
REVOKE EXECUTE ON FUNCTION auth.define_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.define_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.bool)
    TO anon, authenticated, service_role;
