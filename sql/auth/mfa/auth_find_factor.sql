-- howdah_private.auth_find_factor: a factor of this user by the id of a path.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   id, or the refusal: 404 validation_failed for what is no uuid, 404 mfa_factor_not_found for another's and for none.
CREATE FUNCTION howdah_private.auth_find_factor(
    user_id pg_catalog.uuid, factor_id pg_catalog.text,
    OUT id pg_catalog.uuid, OUT refusal auth.answer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT howdah_private.auth_is_uuid(auth_find_factor.factor_id) THEN
        refusal := howdah_private.auth_refuse_as(404, 'validation_failed', 'factor_id must be an UUID');
        RETURN;
    END IF;
    SELECT f.id INTO id FROM auth.mfa_factors AS f
    WHERE f.id = auth_find_factor.factor_id::pg_catalog.uuid AND f.user_id = auth_find_factor.user_id;
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('mfa_factor_not_found');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_find_factor(pg_catalog.uuid, pg_catalog.text) IS 'A factor of this user by the id of a path.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_find_factor(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_find_factor(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
