-- howdah_private.auth_verify_password: is this the user's password?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the hash anew if it was imported or is cheaper than the settings say, once the password is known.
-- Returns   false also for a user who is not there (user_id NULL), has no password or has been deleted.
-- Timing    one hash whoever it is. For an account without a hash, one of the same form as that of some other user, always the same for
--           an address: with imported users about, unknown addresses are as slow or as fast as known ones are, and as many of them.
-- Locks     no row during the hash. The hash is charged before: howdah_private.auth_begin_attempt.
-- Arguments account: of auth_account_key, for an unknown user; patient: a device that is known waits longer for its turn.
-- Raises    53000 (503) when too many wait for their turn.
CREATE FUNCTION howdah_private.auth_verify_password(
    user_id pg_catalog.uuid,
    password pg_catalog.text,
    account pg_catalog.uuid DEFAULT NULL,
    patient pg_catalog.bool DEFAULT false
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_account pg_catalog.uuid := COALESCE(
        auth_verify_password.account, auth_verify_password.user_id, pg_catalog.gen_random_uuid());
    v_hash    pg_catalog.text;
    v_form    pg_catalog.text;
    v_new     pg_catalog.text;
BEGIN
    IF NOT howdah_private.password_may_be_tried(auth_verify_password.password) THEN
        RETURN false;
    END IF;
    SELECT NULLIF(u.encrypted_password, '') INTO v_hash FROM auth.users AS u
    WHERE u.id = auth_verify_password.user_id AND u.deleted_at IS NULL;
    -- Looked for in any case. Ids are random: the next one after any is anybody's.
    SELECT u.encrypted_password INTO v_form FROM auth.users AS u
    WHERE u.id > howdah_private.auth_account_key(NULL, v_account::pg_catalog.text) ORDER BY u.id LIMIT 1;
    IF v_hash IS NULL THEN
        PERFORM howdah_private.password_spend(auth_verify_password.password, v_form, auth_verify_password.patient);
        RETURN false;
    END IF;
    IF NOT howdah_private.password_verify(auth_verify_password.password, v_hash, auth_verify_password.patient) THEN
        RETURN false;
    END IF;
    IF howdah_private.password_needs_rehash(v_hash) THEN
        BEGIN
            v_new := howdah_private.password_hash(auth_verify_password.password);
            UPDATE auth.users AS u SET encrypted_password = v_new
            WHERE u.id = auth_verify_password.user_id AND u.encrypted_password = v_hash;
        EXCEPTION
            -- The next sign-in will do.
            WHEN insufficient_resources OR out_of_memory THEN NULL;
        END;
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_verify_password(pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid, pg_catalog.bool)
    IS 'Is this the users password? One hash whoever it is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_verify_password(pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_verify_password(pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid, pg_catalog.bool) TO howdah_owner;
