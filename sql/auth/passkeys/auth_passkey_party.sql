-- howdah_private.auth_passkey_party: the relying party of passkeys, if the settings let there be any.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   party, or the refusal: 404 passkey_disabled, with what the settings lack where that is the reason.
CREATE FUNCTION howdah_private.auth_passkey_party(OUT party pg_catalog.jsonb, OUT refusal auth.answer)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT auth.get('passkey_enabled')::pg_catalog.bool THEN
        refusal := howdah_private.auth_refuse('passkey_disabled');
        RETURN;
    END IF;
    party := howdah_private.auth_relying_party();
    IF party ? 'refused' THEN
        refusal := howdah_private.auth_refuse('passkey_disabled', 'Passkeys are not set up: ' || (party ->> 'refused'));
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_passkey_party() IS 'The relying party of passkeys, if the settings let there be any.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_passkey_party() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_passkey_party() TO howdah_owner;
