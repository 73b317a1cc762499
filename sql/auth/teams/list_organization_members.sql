-- auth.list_organization_members: GET /organizations/{organization_id}/members: for members.
--
-- Runs as   definer: reads auth.organization_members, and names and addresses of auth.users.
-- Returns   200 and an array, with X-Total-Count and Link; what auth_team_caller refuses.
CREATE FUNCTION auth.list_organization_members(
    organization_id pg_catalog.text DEFAULT NULL,
    page pg_catalog.text DEFAULT NULL,
    per_page pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
    v_page   record;
    v_body   pg_catalog.jsonb;
    v_total  pg_catalog.int8;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(list_organization_members.organization_id, 'member') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT p.* INTO v_page FROM howdah_private.auth_read_page(
        list_organization_members.page, list_organization_members.per_page) AS p;
    IF (v_page.refusal).status IS NOT NULL THEN
        RETURN v_page.refusal;
    END IF;
    SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_member_json(v_caller.id, m.user_id) ORDER BY m.created_at, m.user_id), '[]')
    INTO v_body
    FROM (SELECT o.user_id, o.created_at FROM auth.organization_members AS o WHERE o.organization_id = v_caller.id
          ORDER BY o.created_at, o.user_id LIMIT v_page.size OFFSET (v_page.number - 1) * v_page.size) AS m;
    SELECT pg_catalog.count(*) INTO v_total FROM auth.organization_members AS m WHERE m.organization_id = v_caller.id;
    RETURN howdah_private.auth_reply(v_body, 200, howdah_private.auth_page_headers(
        pg_catalog.format('/auth/v1/organizations/%s/members', v_caller.id), v_page.number, v_page.size, v_total));
END
$$;
ALTER FUNCTION auth.list_organization_members(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_organization_members(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'GET /organizations/{organization_id}/members.';
REVOKE EXECUTE ON FUNCTION auth.list_organization_members(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_organization_members(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
