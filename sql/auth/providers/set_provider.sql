-- auth.set_provider: let users sign in by a provider; called again, change it.
--
-- Runs as   definer: writes auth.providers.
-- Takes     name: what clients ask for; kind: google, apple, github, gitlab, facebook, x, linkedin_oidc, discord, slack_oidc, azure,
--           spotify, twitch, notion, zoom, keycloak, oidc (by discovery of issuer), oauth2 (endpoints and claim_mapping in options);
--           NULL: the name. client_id: one, or several with commas, of which the first asks. secret: NULL leaves it as it is; Apple:
--           {"team_id", "key_id", "private_key"}. options: any other column of auth.providers.
-- Writes    the row, the secret sealed; one howdah.audit row without it.
-- Returns   the row without its secret.
-- Raises    22023 with what would be right.
CREATE FUNCTION auth.set_provider(
    name pg_catalog.text,
    client_id pg_catalog.text,
    secret pg_catalog.text DEFAULT NULL,
    kind pg_catalog.text DEFAULT NULL,
    issuer pg_catalog.text DEFAULT NULL,
    base_url pg_catalog.text DEFAULT NULL,
    enabled pg_catalog.bool DEFAULT true,
    options pg_catalog.jsonb DEFAULT '{}'
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row      auth.providers;
    v_old      auth.providers;
    v_complete pg_catalog.jsonb;
    v_unknown  pg_catalog.text;
BEGIN
    SELECT o.key INTO v_unknown FROM pg_catalog.jsonb_object_keys(set_provider.options) AS o (key)
    WHERE o.key NOT IN ('identity_issuer', 'authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'emails_endpoint',
        'jwks_uri', 'scopes', 'client_auth', 'pkce', 'nonce', 'form_post', 'skip_nonce_check', 'email_optional', 'trust_email',
        'claim_mapping', 'parameters');
    IF FOUND THEN
        RAISE EXCEPTION 'there is no option "%" of providers', v_unknown USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_complete := howdah_private.oidc_complete_provider(
        set_provider.options || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'name', set_provider.name, 'kind', COALESCE(set_provider.kind, set_provider.name),
            'client_ids', pg_catalog.string_to_array(set_provider.client_id, ','),
            'issuer', set_provider.issuer, 'base_url', set_provider.base_url)));
    PERFORM howdah_private.oidc_check_secret(set_provider.secret);
    v_row := pg_catalog.jsonb_populate_record(NULL::auth.providers, v_complete || pg_catalog.jsonb_build_object(
        'enabled', COALESCE(set_provider.enabled, true), 'created_at', pg_catalog.now(), 'updated_at', pg_catalog.now(),
        'secret', howdah_private.secret_seal(set_provider.secret, 'provider:' || set_provider.name)));
    DELETE FROM auth.providers AS p WHERE p.name = set_provider.name RETURNING p.* INTO v_old;
    v_row.secret := COALESCE(v_row.secret, v_old.secret);
    v_row.created_at := COALESCE(v_old.created_at, v_row.created_at);
    INSERT INTO auth.providers SELECT v_row.*;
    PERFORM howdah_private.record_audit('set_provider', pg_catalog.jsonb_build_object(
        'name', v_row.name, 'kind', v_row.kind, 'enabled', v_row.enabled));
    RETURN pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(v_row) - 'secret')
        || pg_catalog.jsonb_build_object('has_secret', v_row.secret IS NOT NULL);
END
$$;
ALTER FUNCTION auth.set_provider(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.set_provider(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb) IS 'Let users sign in by a provider; called again, change it.';
REVOKE EXECUTE ON FUNCTION auth.set_provider(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb) FROM PUBLIC;
