-- howdah_private.auth_load_factor: the user and the factor that an admin endpoint's path names.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   both ids, or the refusal: 403 not_admin, 404 validation_failed | user_not_found | mfa_factor_not_found.
CREATE FUNCTION howdah_private.auth_load_factor(
    user_id pg_catalog.text,
    factor_id pg_catalog.text,
    OUT owner_id pg_catalog.uuid,
    OUT id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user record;
BEGIN
    SELECT l.* INTO v_user FROM howdah_private.auth_load_user(auth_load_factor.user_id) AS l;
    owner_id := v_user.id;
    refusal := v_user.refusal;
    IF owner_id IS NULL THEN
        RETURN;
    END IF;
    id := howdah_private.auth_read_uuid(auth_load_factor.factor_id);
    IF id IS NULL THEN
        refusal := howdah_private.auth_refuse_as(404, 'validation_failed', 'factor_id must be an UUID');
    ELSIF NOT EXISTS (SELECT 1 FROM auth.mfa_factors AS f
                      WHERE f.id = auth_load_factor.id AND f.user_id = auth_load_factor.owner_id) THEN
        id := NULL;
        refusal := howdah_private.auth_refuse_as(404, 'mfa_factor_not_found', 'Factor not found');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_load_factor(pg_catalog.text, pg_catalog.text)
    IS 'The user and the factor that an admin endpoint''s path names.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_load_factor(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_load_factor(pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
