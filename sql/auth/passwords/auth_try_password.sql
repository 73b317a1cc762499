-- howdah_private.auth_try_password: one attempt to sign in with a password: allowed, hashed and counted.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    auth.attempts: so return what comes of it, never raise. The hash anew: auth_verify_password.
-- Returns   refusal with status NULL if the attempt was allowed: then fits says whether it is the password. A refusal (400
--           invalid_credentials for what can be no password, 429 over_request_rate_limit with Retry-After) is the same for every
--           account and for none.
-- Arguments user_id: NULL if nobody has the identifier; identifier: e-mail or phone as normalised, for both.
CREATE FUNCTION howdah_private.auth_try_password(
    user_id pg_catalog.uuid,
    identifier pg_catalog.text,
    password pg_catalog.text,
    OUT refusal auth.answer,
    OUT fits pg_catalog.bool
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_account pg_catalog.uuid;
    v_begun   record;
BEGIN
    fits := false;
    IF NOT howdah_private.password_may_be_tried(auth_try_password.password) THEN
        refusal := howdah_private.auth_refuse('invalid_credentials');
        RETURN;
    END IF;
    v_account := howdah_private.auth_account_key(auth_try_password.user_id, auth_try_password.identifier);
    v_begun := howdah_private.auth_begin_attempt(v_account);
    refusal := v_begun.refusal;
    IF (refusal).status IS NOT NULL THEN
        RETURN;
    END IF;
    fits := howdah_private.auth_verify_password(auth_try_password.user_id, auth_try_password.password, v_account, v_begun.known);
    PERFORM howdah_private.auth_end_attempt(v_account, v_begun.known, fits, v_begun.device, v_begun.network);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_try_password(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    IS 'One attempt to sign in with a password: allowed, hashed and counted.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_try_password(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_try_password(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
