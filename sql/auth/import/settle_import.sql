-- auth.settle_import: after a dump of Supabase Auth's tables has gone in: what it has in the clear is kept as Howdah keeps it.
--
-- It all works without: a refresh token or a TOTP secret in the clear is taken at its first use, and kept otherwise from then on. With it
-- nothing stays in the clear until then.
--
-- Runs as   definer: writes the tables of auth. EXECUTE is nobody's: superusers have it. Can be called again.
-- Returns   how many refresh tokens were digested, TOTP secrets sealed, and sessions without a refresh token deleted.
CREATE FUNCTION auth.settle_import(
    OUT refresh_tokens pg_catalog.int8,
    OUT totp_secrets pg_catalog.int8,
    OUT dead_sessions pg_catalog.int8
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE auth.refresh_tokens AS r
    SET token = howdah_private.auth_token_digest(r.token), parent = howdah_private.auth_token_digest(NULLIF(r.parent, ''))
    WHERE pg_catalog.length(r.token) <= 32;
    GET DIAGNOSTICS refresh_tokens = ROW_COUNT;
    UPDATE auth.mfa_factors AS f
    SET secret = howdah_private.secret_seal(f.secret, 'mfa_factors.secret.' || f.id::pg_catalog.text)
    WHERE f.secret <> '' AND pg_catalog.strpos(f.secret, '.') = 0;
    GET DIAGNOSTICS totp_secrets = ROW_COUNT;
    -- Tokens of another form than we can take, and sessions that only they would go on.
    DELETE FROM auth.refresh_tokens AS r WHERE r.session_id IS NULL;
    DELETE FROM auth.sessions AS s
    WHERE s.refresh_token_digest IS NULL
      -- Newer tokens need no row, if the key is there in the clear (43 characters of base64url).
      AND (s.refresh_token_counter IS NULL OR COALESCE(s.refresh_token_hmac_key, '') !~ '^[A-Za-z0-9_-]{43,}$')
      AND NOT EXISTS (SELECT 1 FROM auth.refresh_tokens AS r WHERE r.session_id = s.id);
    GET DIAGNOSTICS dead_sessions = ROW_COUNT;
    PERFORM pg_catalog.setval(pg_catalog.pg_get_serial_sequence('auth.refresh_tokens', 'id'),
                              (SELECT COALESCE(pg_catalog.max(r.id), 0) + 1 FROM auth.refresh_tokens AS r), false);
    PERFORM howdah_private.record_audit('auth.settle_import', pg_catalog.jsonb_build_object(
        'refresh_tokens', refresh_tokens, 'totp_secrets', totp_secrets, 'dead_sessions', dead_sessions));
END
$$;
ALTER FUNCTION auth.settle_import()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.settle_import()
    IS 'What a dump of Supabase Auth has in the clear is kept as Howdah keeps it.';
REVOKE EXECUTE ON FUNCTION auth.settle_import() FROM PUBLIC;
