-- howdah_private.auth_relying_party: for whom WebAuthn credentials are, by the settings.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   {"id", "name", "origins"}; {"refused": what is missing} where neither webauthn_rp_id and _origins nor site_url say it.
CREATE FUNCTION howdah_private.auth_relying_party()
RETURNS pg_catalog.jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah_private.webauthn_relying_party(
        COALESCE(auth.get('site_url'), ''), COALESCE(auth.get('webauthn_rp_id'), ''),
        COALESCE(auth.get('webauthn_rp_origins'), ''), COALESCE(auth.get('webauthn_rp_display_name'), ''))
$$;
COMMENT ON FUNCTION howdah_private.auth_relying_party() IS 'For whom WebAuthn credentials are, by the settings.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_relying_party() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_relying_party() TO howdah_owner;
