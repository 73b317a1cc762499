-- howdah_private.auth_remove_passkey: remove a passkey of this user.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the end of the passkey; an audit row; a notice by mail.
-- Returns   204; 404 validation_failed for another's and for none.
CREATE FUNCTION howdah_private.auth_remove_passkey(user_id pg_catalog.uuid, passkey_id pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id pg_catalog.uuid;
BEGIN
    IF howdah_private.auth_is_uuid(auth_remove_passkey.passkey_id) THEN
        DELETE FROM auth.webauthn_credentials AS p
        WHERE p.id = auth_remove_passkey.passkey_id::pg_catalog.uuid AND p.user_id = auth_remove_passkey.user_id
        RETURNING p.id INTO v_id;
    END IF;
    IF v_id IS NULL THEN
        RETURN howdah_private.auth_refuse_as(404, 'validation_failed', 'Passkey not found');
    END IF;
    PERFORM howdah_private.auth_audit('passkey_deleted', auth_remove_passkey.user_id,
        pg_catalog.jsonb_build_object('passkey_id', v_id));
    PERFORM howdah_private.auth_notify(
        auth_remove_passkey.user_id, 'mfa_factor_unenrolled', '{"factor_type": "passkey"}');
    RETURN ROW(204, NULL, NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_remove_passkey(pg_catalog.uuid, pg_catalog.text) IS 'Remove a passkey of this user.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_remove_passkey(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_remove_passkey(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
