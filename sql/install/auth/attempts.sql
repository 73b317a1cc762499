-- howdah_private.install_auth_attempts: who has tried which account from where, in vain.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_attempts()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.attempts (
        account    pg_catalog.uuid NOT NULL,
        place      pg_catalog.text NOT NULL,
        failures   pg_catalog.int4 NOT NULL,
        failed_at  pg_catalog.timestamptz,
        expires_at pg_catalog.timestamptz NOT NULL,
        CONSTRAINT attempts_pkey PRIMARY KEY (account, place)
    );
    COMMENT ON TABLE auth.attempts IS
        'Consecutive failures of passwords: by account and network, by account and known device, and by account (place all).';
    COMMENT ON COLUMN auth.attempts.account IS 'A user, or what stands for an address that nobody has; so no foreign key.';
    CREATE INDEX attempts_expires_at_idx ON auth.attempts (expires_at);
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_attempts() IS 'howdah.install(): attempts on accounts.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_attempts() FROM PUBLIC;
