-- howdah_private.auth_session_body: the dialect's session, with a new access token.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   access_token, token_type, expires_in, expires_at, refresh_token, user. Units: seconds; expires_at is Unix time.
-- Raises    what the hook custom_access_token refuses.
CREATE TYPE howdah_private.auth_claims AS (
    iss           pg_catalog.text,
    sub           pg_catalog.uuid,
    aud           pg_catalog.text,
    exp           pg_catalog.int8,
    iat           pg_catalog.int8,
    email         pg_catalog.text,
    phone         pg_catalog.text,
    app_metadata  pg_catalog.jsonb,
    user_metadata pg_catalog.jsonb,
    role          pg_catalog.text,
    aal           pg_catalog.text,
    amr           pg_catalog.json[],
    session_id    pg_catalog.uuid,
    is_anonymous  pg_catalog.bool,
    client_id     pg_catalog.uuid,
    scope         pg_catalog.text
);
COMMENT ON TYPE howdah_private.auth_claims IS 'Claims of an access token.';
REVOKE USAGE ON TYPE howdah_private.auth_claims FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_claims TO howdah_owner;

CREATE TYPE howdah_private.auth_amr_entry AS (method pg_catalog.text, "timestamp" pg_catalog.int8);
COMMENT ON TYPE howdah_private.auth_amr_entry IS 'One entry of the claim amr.';
REVOKE USAGE ON TYPE howdah_private.auth_amr_entry FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_amr_entry TO howdah_owner;

CREATE TYPE howdah_private.auth_session AS (
    access_token  pg_catalog.text,
    token_type    pg_catalog.text,
    expires_in    pg_catalog.int8,
    expires_at    pg_catalog.int8,
    refresh_token pg_catalog.text,
    "user"        pg_catalog.json
);
COMMENT ON TYPE howdah_private.auth_session IS 'The dialect''s session.';
REVOKE USAGE ON TYPE howdah_private.auth_session FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_session TO howdah_owner;

CREATE FUNCTION howdah_private.auth_session_body(
    session_id pg_catalog.uuid, method pg_catalog.text, refresh_token pg_catalog.text)
RETURNS pg_catalog.json
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ttl    CONSTANT pg_catalog.int8 := auth.get('jwt_exp');
    v_issued pg_catalog.int8 := pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()));
    v_end    pg_catalog.int8;
    v_from   pg_catalog.timestamptz;
    v_claims pg_catalog.text;
    v_user   pg_catalog.json;
    v_id     pg_catalog.uuid;
BEGIN
    LOOP
        v_end := v_issued + v_ttl;
        -- Plain columns where they do: each function in a statement is looked up, and its grants, whenever it runs.
        SELECT u.id, s.tokens_from, u.document, howdah_private.to_json_filled(ROW(
            howdah_private.auth_issuer(), u.id, COALESCE(NULLIF(u.aud, ''), auth.get('jwt_aud')), v_end, v_issued, COALESCE(u.email, ''), COALESCE(u.phone, ''),
            COALESCE(u.raw_app_meta_data, '{}'), COALESCE(u.raw_user_meta_data, '{}'), COALESCE(u.role, ''), COALESCE(s.aal, 'aal1'),
            ARRAY(SELECT howdah_private.to_json_filled(ROW(a.authentication_method, pg_catalog.floor(
                             pg_catalog.date_part('epoch', a.updated_at)))::howdah_private.auth_amr_entry)
                  FROM auth.mfa_amr_claims AS a WHERE a.session_id = s.id
                  ORDER BY a.updated_at DESC, a.authentication_method),
            s.id, u.is_anonymous, s.oauth_client_id,
            CASE WHEN s.oauth_client_id IS NOT NULL THEN s.scopes END)::howdah_private.auth_claims)
        INTO STRICT v_id, v_from, v_user, v_claims
        FROM auth.sessions AS s
        JOIN auth.user_documents AS u ON u.id = s.user_id
        WHERE s.id = auth_session_body.session_id;
        -- The very second of a change of role belongs to the tokens of before.
        EXIT WHEN v_from IS NULL OR pg_catalog.date_part('epoch', v_from) < v_issued;
        v_issued := pg_catalog.floor(pg_catalog.date_part('epoch', v_from))::pg_catalog.int8 + 1;
    END LOOP;
    IF auth.get('teams_enabled') = 'true' THEN
        v_claims := v_claims::pg_catalog.jsonb || howdah_private.auth_extra_claims(v_id);
    END IF;
    IF howdah_private.hook_registered('custom_access_token') THEN
        v_claims := howdah_private.auth_finish_claims(v_id, v_claims::pg_catalog.jsonb, auth_session_body.method);
    END IF;
    RETURN howdah_private.to_json_filled(ROW(
        howdah_private.sign_claims('session', v_claims), 'bearer', v_ttl, v_end, auth_session_body.refresh_token,
        v_user)::howdah_private.auth_session);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_session_body(pg_catalog.uuid, pg_catalog.text, pg_catalog.text)
    IS 'The dialect''s session, with a new access token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_session_body(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_session_body(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
