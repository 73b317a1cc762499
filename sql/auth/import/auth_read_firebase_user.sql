-- howdah_private.auth_read_firebase_user: a user of `firebase auth:export` in the form that auth_import_user takes.
--
-- Runs as   invoker.
-- Arguments hash: the project's password hash parameters as the Firebase console shows them: base64_signer_key,
--           base64_salt_separator, rounds, mem_cost. NULL: without passwords.
CREATE FUNCTION howdah_private.auth_read_firebase_user(entry pg_catalog.jsonb, hash pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object(
        'source_id', u.entry ->> 'localId',
        'id', howdah_private.auth_import_id('firebase', u.entry ->> 'localId'),
        'email', u.entry -> 'email', 'email_confirmed', COALESCE(u.entry -> 'emailVerified', 'false'),
        'phone', u.entry -> 'phoneNumber', 'phone_confirmed', u.entry ? 'phoneNumber',
        'password_hash', CASE WHEN u.entry ->> 'passwordHash' <> '' AND u.hash ->> 'base64_signer_key' <> '' THEN pg_catalog.format(
            '$fbscrypt$v=1,n=%s,r=%s,p=1,ss=%s,sk=%s$%s$%s',
            COALESCE(u.hash ->> 'mem_cost', '14'), COALESCE(u.hash ->> 'rounds', '8'), u.hash ->> 'base64_salt_separator',
            u.hash ->> 'base64_signer_key', pg_catalog.translate(u.entry ->> 'salt', '-_', '+/'),
            pg_catalog.translate(u.entry ->> 'passwordHash', '-_', '+/')) END,
        'user_metadata', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'full_name', u.entry -> 'displayName', 'avatar_url', u.entry -> 'photoUrl')),
        'app_metadata', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'firebase_uid', u.entry -> 'localId',
            'custom_claims', NULLIF(u.entry ->> 'customAttributes', '')::pg_catalog.jsonb)),
        'created_at', pg_catalog.to_timestamp((u.entry ->> 'createdAt')::pg_catalog.float8 / 1000),
        'last_sign_in_at', pg_catalog.to_timestamp((u.entry ->> 'lastSignedInAt')::pg_catalog.float8 / 1000),
        'banned', COALESCE(u.entry -> 'disabled', 'false'),
        'identities', (
            SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'provider', COALESCE(('{"google.com": "google", "facebook.com": "facebook", "apple.com": "apple", "github.com": "github",
                    "twitter.com": "twitter", "microsoft.com": "azure"}'::pg_catalog.jsonb) ->> (p.item ->> 'providerId'),
                    p.item ->> 'providerId'),
                'provider_id', p.item -> 'rawId',
                'identity_data', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                    'sub', p.item -> 'rawId', 'email', p.item -> 'email', 'full_name', p.item -> 'displayName',
                    'avatar_url', p.item -> 'photoUrl',
                    'email_verified', pg_catalog.lower(p.item ->> 'email') = pg_catalog.lower(u.entry ->> 'email')
                                      AND COALESCE((u.entry ->> 'emailVerified')::pg_catalog.bool, false))))), '[]')
            FROM pg_catalog.jsonb_array_elements(COALESCE(u.entry -> 'providerUserInfo', '[]')) AS p (item)
            WHERE p.item ->> 'providerId' NOT IN ('password', 'phone') AND p.item ->> 'rawId' <> ''))
    FROM (SELECT auth_read_firebase_user.entry, auth_read_firebase_user.hash) AS u
$$;
COMMENT ON FUNCTION howdah_private.auth_read_firebase_user(pg_catalog.jsonb, pg_catalog.jsonb)
    IS 'A user of firebase auth:export in the form that auth_import_user takes.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_firebase_user(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_firebase_user(pg_catalog.jsonb, pg_catalog.jsonb)
    TO howdah_owner;
