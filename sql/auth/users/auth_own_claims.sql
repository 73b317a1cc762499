-- howdah_private.auth_own_claims: what an identity of our own (provider email or phone) says of its user, as GoTrue
-- writes it into identity_data and user_metadata.
--
-- Runs as   invoker: it only builds a value.
CREATE FUNCTION howdah_private.auth_own_claims(
    user_id pg_catalog.uuid,
    email pg_catalog.text,
    phone pg_catalog.text,
    email_verified pg_catalog.bool,
    phone_verified pg_catalog.bool
)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object('sub', auth_own_claims.user_id,
                                         'email_verified', auth_own_claims.email_verified,
                                         'phone_verified', auth_own_claims.phone_verified)
        || CASE WHEN auth_own_claims.email IS NULL THEN '{}'
                ELSE pg_catalog.jsonb_build_object('email', auth_own_claims.email) END
        || CASE WHEN auth_own_claims.phone IS NULL THEN '{}'
                ELSE pg_catalog.jsonb_build_object('phone', auth_own_claims.phone) END
$$;
COMMENT ON FUNCTION howdah_private.auth_own_claims(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                   pg_catalog.bool, pg_catalog.bool)
    IS 'What an identity of our own says of its user.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_own_claims(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                          pg_catalog.bool, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_own_claims(pg_catalog.uuid, pg_catalog.text, pg_catalog.text,
                                                         pg_catalog.bool, pg_catalog.bool) TO howdah_owner;
