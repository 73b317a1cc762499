-- auth.update_organization: PUT /organizations/{organization_id}: what is given, the rest stays. Managers may.
--
-- Runs as   definer: writes auth.organizations.
-- Returns   200 and the organisation; 409 conflict for a slug that is taken; 400 validation_failed; what auth_team_caller refuses.
CREATE FUNCTION auth.update_organization(
    organization_id pg_catalog.text DEFAULT NULL,
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
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(update_organization.organization_id, 'manage') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    UPDATE auth.organizations AS o
    SET name = COALESCE(pg_catalog.btrim(update_organization.name), o.name),
        slug = COALESCE(NULLIF(update_organization.slug, ''), o.slug),
        metadata = howdah_private.auth_merge_metadata(o.metadata, update_organization.metadata),
        updated_at = pg_catalog.now()
    WHERE o.id = v_caller.id;
    PERFORM howdah_private.auth_audit('organization_modified', v_caller.user_id,
                                      pg_catalog.jsonb_build_object('organization_id', v_caller.id));
    RETURN howdah_private.auth_reply(howdah_private.auth_organization_json(v_caller.id, v_caller.role));
EXCEPTION
    WHEN unique_violation THEN
        RETURN howdah_private.auth_refuse('conflict', 'This slug is taken');
    WHEN check_violation THEN
        RETURN howdah_private.auth_refuse('validation_failed',
            'name is 1 to 200 characters; slug is up to 63 small letters, digits and hyphens');
END
$$;
ALTER FUNCTION auth.update_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.update_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'PUT /organizations/{organization_id}.';
REVOKE EXECUTE ON FUNCTION auth.update_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                    pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.update_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                   pg_catalog.jsonb)
    TO anon, authenticated, service_role;
