-- howdah_private.auth_require_aal2: may who asks change how he is authenticated? With a verified factor only at aal2.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   an answer whose status is NULL if so; else 403 insufficient_aal with the message.
CREATE FUNCTION howdah_private.auth_require_aal2(caller howdah_private.auth_caller, message pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_fine auth.answer;
BEGIN
    IF (auth_require_aal2.caller).aal >= 'aal2' OR NOT EXISTS (
        SELECT 1 FROM auth.mfa_factors AS f
        WHERE f.user_id = (auth_require_aal2.caller).user_id AND f.status = 'verified'
    ) THEN
        RETURN v_fine;
    END IF;
    RETURN howdah_private.auth_refuse_as(403, 'insufficient_aal', auth_require_aal2.message);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_require_aal2(howdah_private.auth_caller, pg_catalog.text)
    IS 'Whether who asks may change how he is authenticated: NULL status if so, else the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_require_aal2(howdah_private.auth_caller, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_require_aal2(howdah_private.auth_caller, pg_catalog.text) TO howdah_owner;
