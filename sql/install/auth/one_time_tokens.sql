-- howdah_private.install_auth_one_time_tokens: codes and links that work once.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_auth_one_time_tokens()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Rows imported from elsewhere have no lifetime of ours: they are over.
    CREATE TABLE auth.one_time_tokens (
        id              pg_catalog.uuid NOT NULL CONSTRAINT one_time_tokens_pkey PRIMARY KEY,
        user_id         pg_catalog.uuid NOT NULL
                        CONSTRAINT one_time_tokens_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        token_type      auth.one_time_token_type NOT NULL,
        token_hash      pg_catalog.text NOT NULL
                        CONSTRAINT one_time_tokens_token_hash_check CHECK (pg_catalog.char_length(token_hash) > 0),
        relates_to      pg_catalog.text NOT NULL,
        created_at      pg_catalog.timestamp NOT NULL DEFAULT pg_catalog.now(),
        updated_at      pg_catalog.timestamp NOT NULL DEFAULT pg_catalog.now(),
        purpose         pg_catalog.text NOT NULL DEFAULT 'signup'
                        CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN (
                            'signup', 'invite', 'magiclink', 'recovery', 'sms', 'email_change', 'phone_change',
                            'reauthentication')),
        code_digest     pg_catalog.bytea,
        code_expires_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        attempts        pg_catalog.int2 NOT NULL DEFAULT 0
                        CONSTRAINT one_time_tokens_attempts_check CHECK (attempts BETWEEN 0 AND 5),
        consumed_at     pg_catalog.timestamptz,
        redirect_to     pg_catalog.text,
        flow_state_id   pg_catalog.uuid
    );
    -- One secret a place: a new one takes the old one's row, so there is no moment with two.
    CREATE UNIQUE INDEX one_time_tokens_user_id_token_type_key ON auth.one_time_tokens (user_id, token_type);
    CREATE INDEX one_time_tokens_token_hash_hash_idx ON auth.one_time_tokens USING hash (token_hash);
    CREATE INDEX one_time_tokens_relates_to_hash_idx ON auth.one_time_tokens USING hash (relates_to);
    COMMENT ON TABLE auth.one_time_tokens IS
        'Codes and links that work once, as digests: the latest of each user and place.';
    COMMENT ON COLUMN auth.one_time_tokens.token_hash IS 'Hex SHA-256 of the link''s secret (192 random bits).';
    COMMENT ON COLUMN auth.one_time_tokens.relates_to IS
        'The address that the secret was sent to; it proves this address and no other.';
    COMMENT ON COLUMN auth.one_time_tokens.code_digest IS
        'HMAC-SHA-256 of id and code, under a key outside every dump.';
    COMMENT ON COLUMN auth.one_time_tokens.attempts IS 'Codes tried. The fifth wrong one burns the code; the link stays.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_one_time_tokens() IS 'howdah.install(): auth.one_time_tokens.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_one_time_tokens() FROM PUBLIC;
