-- howdah_private.auth_linking_caller: the signed-in user who asks to link or unlink an identity.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   as howdah_private.auth_caller(); refusal also manual_linking_disabled, and 403 insufficient_aal where a verified factor was
--           not used: an identity is a way in.
CREATE FUNCTION howdah_private.auth_linking_caller()
RETURNS howdah_private.auth_caller
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NULL AND NOT auth.get('security_manual_linking_enabled')::pg_catalog.bool THEN
        v_caller.refusal := howdah_private.auth_refuse('manual_linking_disabled');
    END IF;
    IF (v_caller.refusal).status IS NULL THEN
        v_caller.refusal := howdah_private.auth_require_aal2(v_caller, 'AAL2 required to link or unlink identities');
    END IF;
    RETURN v_caller;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_linking_caller(
    ) IS 'The signed-in user who asks to link or unlink an identity.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_linking_caller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_linking_caller() TO howdah_owner;
