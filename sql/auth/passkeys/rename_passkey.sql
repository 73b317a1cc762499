-- auth.rename_passkey: name a passkey of who asks (PATCH /passkeys/{passkey_id}).
--
-- Runs as   definer: writes passkeys, which no API role may see.
-- Writes    the name; an audit row.
-- Returns   200 {"id", "friendly_name", "created_at", "last_used_at"}; 404 validation_failed for another's and for none; 400 validation_failed.
CREATE FUNCTION auth.rename_passkey(
    passkey_id pg_catalog.text DEFAULT NULL, friendly_name pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_set    record := howdah_private.auth_passkey_party();
    v_caller howdah_private.auth_caller;
    v_id     pg_catalog.uuid;
BEGIN
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    v_caller := howdah_private.auth_mfa_caller();
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF COALESCE(rename_passkey.friendly_name, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'friendly_name is required');
    ELSIF pg_catalog.char_length(rename_passkey.friendly_name) > 120 THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'friendly_name must be 120 characters or less');
    END IF;
    IF howdah_private.auth_is_uuid(rename_passkey.passkey_id) THEN
        UPDATE auth.webauthn_credentials AS p
        SET friendly_name = rename_passkey.friendly_name, updated_at = pg_catalog.now()
        WHERE p.id = rename_passkey.passkey_id::pg_catalog.uuid AND p.user_id = v_caller.user_id
        RETURNING p.id INTO v_id;
    END IF;
    IF v_id IS NULL THEN
        RETURN howdah_private.auth_refuse_as(404, 'validation_failed', 'Passkey not found');
    END IF;
    PERFORM howdah_private.auth_audit('passkey_updated', v_caller.user_id, pg_catalog.jsonb_build_object('passkey_id', v_id));
    RETURN howdah_private.auth_reply(howdah_private.auth_passkeys_json(v_caller.user_id, v_id) -> 0);
END
$$;
ALTER FUNCTION auth.rename_passkey(pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.rename_passkey(pg_catalog.text, pg_catalog.text) IS 'Name a passkey of who asks.';
REVOKE EXECUTE ON FUNCTION auth.rename_passkey(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.rename_passkey(pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
