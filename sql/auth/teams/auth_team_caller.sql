-- howdah_private.auth_team_caller: who asks for something about an organisation, and may he?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the user, the organisation and his role in it; or the refusal: feature_disabled while teams are off, what auth_caller refuses,
--           403 no_authorization for an anonymous user, 404 organization_not_found (also for who is no member: that it exists is
--           nobody else's business), 403 insufficient_role.
-- Arguments needs: user (no organisation), member, manage or own.
CREATE FUNCTION howdah_private.auth_team_caller(
    organization_id pg_catalog.text,
    needs pg_catalog.text,
    OUT user_id pg_catalog.uuid,
    OUT id pg_catalog.uuid,
    OUT role pg_catalog.text,
    OUT refusal auth.answer
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller;
    v_manages pg_catalog.bool;
BEGIN
    IF NOT auth.get('teams_enabled')::pg_catalog.bool THEN
        refusal := howdah_private.auth_refuse('feature_disabled', 'Organisations are disabled');
        RETURN;
    END IF;
    v_caller := howdah_private.auth_caller();
    IF (v_caller.refusal).status IS NOT NULL THEN
        refusal := v_caller.refusal;
        RETURN;
    END IF;
    user_id := v_caller.user_id;
    IF COALESCE((v_caller.claims ->> 'is_anonymous')::pg_catalog.bool, false) THEN
        refusal := howdah_private.auth_refuse_as(
            403, 'no_authorization', 'Anonymous user not allowed to perform these actions');
        RETURN;
    END IF;
    IF needs = 'user' THEN
        RETURN;
    END IF;
    SELECT m.organization_id, m.role, r.manages INTO id, role, v_manages
    FROM auth.organization_members AS m
    JOIN auth.organization_roles AS r ON r.organization_id = m.organization_id AND r.role = m.role
    WHERE m.user_id = v_caller.user_id
      AND m.organization_id = howdah_private.auth_read_uuid(auth_team_caller.organization_id);
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('organization_not_found');
    ELSIF needs = 'manage' AND NOT v_manages OR needs = 'own' AND role <> 'owner' THEN
        refusal := howdah_private.auth_refuse('insufficient_role');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_team_caller(pg_catalog.text, pg_catalog.text)
    IS 'Who asks for something about an organisation, and may he?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_team_caller(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_team_caller(pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
