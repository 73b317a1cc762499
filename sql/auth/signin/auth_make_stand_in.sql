-- howdah_private.auth_make_stand_in: an address that is nobody's, of the same domain or of the same length, for the
-- rehearsal of a sign-up.
--
-- Runs as   invoker: it only builds a value. 128 bits from the server's randomness: no row has it.
CREATE FUNCTION howdah_private.auth_make_stand_in(address pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN pg_catalog.strpos(auth_make_stand_in.address, '@') > 0
        THEN 'x' || pg_catalog.replace(pg_catalog.gen_random_uuid()::pg_catalog.text, '-', '')
            || pg_catalog.substring(auth_make_stand_in.address, '@[^@]*$')
        -- No country code begins with 0.
        ELSE '0' || howdah_private.random_digits(7) || howdah_private.random_digits(7) END
$$;
COMMENT ON FUNCTION howdah_private.auth_make_stand_in(pg_catalog.text)
    IS 'An address that is nobody''s, for the rehearsal of a sign-up.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_make_stand_in(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_make_stand_in(pg_catalog.text) TO howdah_owner;
