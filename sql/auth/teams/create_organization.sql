-- auth.create_organization: POST /organizations: a new organisation, whose owner is who asks.
--
-- Runs as   definer: writes auth.organizations.
-- Writes    the organisation, its roles owner, admin and member, its first member; one audit row.
-- Returns   201 and the organisation; 422 conflict for a slug that is taken, over_organizations for too many; 400 validation_failed; what
--           auth_team_caller refuses.
CREATE FUNCTION auth.create_organization(
    name pg_catalog.text DEFAULT NULL,
    slug pg_catalog.text DEFAULT NULL,
    metadata pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
    v_slug   pg_catalog.text := NULLIF(create_organization.slug, '');
    v_id     pg_catalog.uuid;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(NULL, 'user') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF (SELECT pg_catalog.count(*) FROM auth.organization_members AS m WHERE m.user_id = v_caller.user_id)
       >= auth.get('teams_max_organizations')::pg_catalog.int8 THEN
        RETURN howdah_private.auth_refuse('over_quota', 'You are in as many organisations as one may be');
    END IF;
    BEGIN
        INSERT INTO auth.organizations AS o (name, slug, metadata)
        VALUES (pg_catalog.btrim(create_organization.name), v_slug, howdah_private.auth_merge_metadata('{}', create_organization.metadata))
        ON CONFLICT ON CONSTRAINT organizations_slug_key DO NOTHING
        RETURNING o.id INTO v_id;
    EXCEPTION
        WHEN check_violation OR not_null_violation THEN
            RETURN howdah_private.auth_refuse('validation_failed',
                'name is 1 to 200 characters; slug is up to 63 small letters, digits and hyphens');
    END;
    IF v_id IS NULL THEN
        RETURN howdah_private.auth_refuse('conflict', 'This slug is taken');
    END IF;
    INSERT INTO auth.organization_roles (organization_id, role, manages)
    VALUES (v_id, 'owner', true), (v_id, 'admin', true), (v_id, 'member', false);
    INSERT INTO auth.organization_members (organization_id, user_id, role) VALUES (v_id, v_caller.user_id, 'owner');
    PERFORM howdah_private.auth_audit('organization_created', v_caller.user_id, pg_catalog.jsonb_build_object('organization_id', v_id));
    RETURN howdah_private.auth_reply(howdah_private.auth_organization_json(v_id, 'owner'), 201);
END
$$;
ALTER FUNCTION auth.create_organization(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.create_organization(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'POST /organizations: a new organisation.';
REVOKE EXECUTE ON FUNCTION auth.create_organization(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.create_organization(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    TO anon, authenticated, service_role;
