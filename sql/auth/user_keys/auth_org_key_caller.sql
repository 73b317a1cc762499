-- howdah_private.auth_org_key_caller: who asks for something about an organisation's API keys, and may he? Managers may.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the user and the organisation; or what auth_key_caller or auth_team_caller refuses.
CREATE FUNCTION howdah_private.auth_org_key_caller(
    organization_id pg_catalog.text,
    OUT user_id pg_catalog.uuid,
    OUT id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user record;
    v_team record;
BEGIN
    SELECT c.* INTO v_user FROM howdah_private.auth_key_caller() AS c;
    user_id := v_user.user_id;
    refusal := v_user.refusal;
    IF (refusal).status IS NULL THEN
        SELECT t.* INTO v_team FROM howdah_private.auth_team_caller(auth_org_key_caller.organization_id, 'manage') AS t;
        id := v_team.id;
        refusal := v_team.refusal;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_org_key_caller(pg_catalog.text)
    IS 'Who asks for something about an organisation''s API keys, and may he?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_org_key_caller(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_org_key_caller(pg_catalog.text)
    TO howdah_owner;
