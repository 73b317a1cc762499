-- howdah.issue_api_key: a key for an app (publishable: what anybody may hold) or for a trusted server
-- (secret).
--
-- Runs as   definer: reads the signing key of API keys.
-- Writes    one howdah.api_keys row and one howdah.audit row; never the key itself.
-- Returns   the key, a token of 10 years; it is shown only here.
-- Raises    22023 for an unknown kind; 42501 for a role that is not listed, or that bypasses policies
--           when the key is publishable.
CREATE FUNCTION howdah.issue_api_key(
    kind pg_catalog.text,
    role pg_catalog.text DEFAULT NULL,
    name pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_role   pg_catalog.text;
    v_bypass pg_catalog.bool;
    v_id     pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_now    pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()));
BEGIN
    v_role := COALESCE(issue_api_key.role,
        CASE issue_api_key.kind WHEN 'publishable' THEN 'anon' WHEN 'secret' THEN 'service_role' END);
    IF issue_api_key.kind IS NULL OR issue_api_key.kind NOT IN ('publishable', 'secret') THEN
        RAISE EXCEPTION 'an API key is publishable or secret' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT r.bypass INTO v_bypass FROM howdah.roles AS r WHERE r.role = v_role;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role "%" is not one that a token may name', v_role
            USING ERRCODE = 'insufficient_privilege',
                  HINT = pg_catalog.format('SELECT howdah.allow_role(%L);', v_role);
    END IF;
    IF v_bypass AND issue_api_key.kind = 'publishable' THEN
        RAISE EXCEPTION 'a publishable key cannot have the role "%", which bypasses policies', v_role
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO howdah.api_keys (id, kind, name, role)
    VALUES (v_id, issue_api_key.kind, COALESCE(issue_api_key.name, issue_api_key.kind), v_role);
    PERFORM howdah_private.record_audit('issue_api_key', pg_catalog.jsonb_build_object(
        'id', v_id, 'kind', issue_api_key.kind, 'role', v_role, 'name', issue_api_key.name));
    RETURN howdah_private.sign_claims('api', (howdah_private.issuer_claims() || pg_catalog.jsonb_build_object(
        'role', v_role, 'iat', v_now, 'exp', v_now + 315360000, 'jti', v_id))::pg_catalog.text);
END
$$;
ALTER FUNCTION howdah.issue_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.issue_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'A key for an app (publishable) or for a trusted server (secret); shown only once.';
REVOKE EXECUTE ON FUNCTION howdah.issue_api_key(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
