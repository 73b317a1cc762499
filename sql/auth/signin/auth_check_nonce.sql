-- howdah_private.auth_check_nonce: is the session young enough for a password change, or else the nonce right?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the nonce is used up, or the wrong try counted: five burn it.
-- Returns   reauthentication_needed without a nonce in a session older than a day; reauthentication_not_valid; or a row of
--           nulls.
CREATE FUNCTION howdah_private.auth_check_nonce(
    user_id pg_catalog.uuid,
    session_id pg_catalog.uuid,
    nonce pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_address pg_catalog.text;
BEGIN
    IF EXISTS (SELECT 1 FROM auth.sessions AS s
               WHERE s.id = auth_check_nonce.session_id AND s.user_id = auth_check_nonce.user_id
                 AND s.created_at > pg_catalog.now() - interval '1 day') THEN
        RETURN NULL;
    END IF;
    IF COALESCE(auth_check_nonce.nonce, '') = '' THEN
        RETURN howdah_private.auth_refuse('reauthentication_needed');
    END IF;
    SELECT COALESCE(NULLIF(u.email, ''), NULLIF(u.phone, '')) INTO v_address
    FROM auth.users AS u WHERE u.id = auth_check_nonce.user_id;
    IF (howdah_private.auth_consume_code(
            auth_check_nonce.user_id, 'reauthentication_token', v_address, auth_check_nonce.nonce)).user_id IS NULL THEN
        RETURN howdah_private.auth_refuse('reauthentication_not_valid');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_nonce(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text)
    IS 'Is the session young enough for a password change, or else the nonce right?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_nonce(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_nonce(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text)
    TO howdah_owner;
