-- howdah_private.auth_key_caller: who asks for something about API keys, and may he?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the user; or the refusal: feature_disabled while user_api_keys_enabled is off, what auth_caller refuses, 403 no_authorization for
--           an anonymous user, 401 insufficient_aal for a session of aal1 whose user has a second factor.
CREATE FUNCTION howdah_private.auth_key_caller(
    OUT user_id pg_catalog.uuid,
    OUT refusal auth.answer
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller;
BEGIN
    IF NOT auth.get('user_api_keys_enabled')::pg_catalog.bool THEN
        refusal := howdah_private.auth_refuse('feature_disabled', 'API keys of users are disabled');
        RETURN;
    END IF;
    v_caller := howdah_private.auth_caller();
    refusal := v_caller.refusal;
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    IF COALESCE((v_caller.claims ->> 'is_anonymous')::pg_catalog.bool, false) THEN
        refusal := howdah_private.auth_refuse_as(403, 'no_authorization', 'Anonymous user not allowed to perform these actions');
    ELSIF v_caller.aal = 'aal1'
          AND EXISTS (SELECT 1 FROM auth.mfa_factors AS f WHERE f.user_id = v_caller.user_id AND f.status = 'verified') THEN
        refusal := howdah_private.auth_refuse('insufficient_aal');
    ELSE
        user_id := v_caller.user_id;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_key_caller()
    IS 'Who asks for something about API keys, and may he?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_key_caller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_key_caller()
    TO howdah_owner;
