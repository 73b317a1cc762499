-- howdah_private.auth_extra_claims: what an access token tells of its user's organisations: {"orgs": {id: role}}.
--
-- For apps to read; policies ask auth.member_of and auth.has_role, which look at the table and so are right at once.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   {} while teams are off; the teams_claim_max oldest memberships, so that a token stays small.
CREATE FUNCTION howdah_private.auth_extra_claims(user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT auth.get('teams_enabled')::pg_catalog.bool THEN
        RETURN '{}';
    END IF;
    RETURN (
        SELECT pg_catalog.jsonb_build_object('orgs', COALESCE(pg_catalog.jsonb_object_agg(m.organization_id, m.role), '{}'))
        FROM (SELECT o.organization_id, o.role FROM auth.organization_members AS o
              WHERE o.user_id = auth_extra_claims.user_id
              ORDER BY o.created_at, o.organization_id
              LIMIT auth.get('teams_claim_max')::pg_catalog.int8) AS m);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_extra_claims(pg_catalog.uuid)
    IS 'What an access token tells of its user''s organisations.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_extra_claims(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_extra_claims(pg_catalog.uuid)
    TO howdah_owner;
