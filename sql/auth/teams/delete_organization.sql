-- auth.delete_organization: DELETE /organizations/{organization_id}. Owners may.
--
-- Runs as   definer: deletes from auth.organizations. What refers to the organisation follows its own ON DELETE.
-- Writes    one audit row.
-- Returns   200 {}; 409 conflict if rows of other tables hold on to it; what auth_team_caller refuses.
CREATE FUNCTION auth.delete_organization(organization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(delete_organization.organization_id, 'own') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    -- First the members: their role is a reference without a cascade, so that a role in use stays.
    DELETE FROM auth.organization_members AS m WHERE m.organization_id = v_caller.id;
    DELETE FROM auth.organizations AS o WHERE o.id = v_caller.id;
    PERFORM howdah_private.auth_audit('organization_deleted', v_caller.user_id,
                                      pg_catalog.jsonb_build_object('organization_id', v_caller.id));
    RETURN howdah_private.auth_reply('{}');
EXCEPTION
    WHEN foreign_key_violation OR restrict_violation THEN
        RETURN howdah_private.auth_refuse('conflict', 'The organisation cannot be deleted: rows of other tables refer to it');
END
$$;
ALTER FUNCTION auth.delete_organization(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.delete_organization(pg_catalog.text)
    IS 'DELETE /organizations/{organization_id}.';
REVOKE EXECUTE ON FUNCTION auth.delete_organization(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.delete_organization(pg_catalog.text)
    TO anon, authenticated, service_role;
