-- howdah_private.install_auth_user_documents: users as the dialect shows them.
--
-- A view, so that a statement which reads a user anyway has the document of the same row; made of rows by our own encoder, which costs a
-- fifth of what nested jsonb_build_object() does.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_user_documents()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What never was is left out; email and phone are '' rather than null; the `id` of an identity is the provider's.
    CREATE VIEW auth.user_documents AS
        SELECT u.id, u.aud, u.role, u.email, u.phone, u.raw_app_meta_data, u.raw_user_meta_data, u.is_anonymous,
               u.banned_until, u.deleted_at, howdah_private.to_json_filled(shown) AS document
        FROM auth.users AS u
        CROSS JOIN LATERAL (SELECT
            u.id, COALESCE(u.aud, '') AS aud, COALESCE(u.role, '') AS role,
            COALESCE(u.email, '') AS email, COALESCE(u.phone, '') AS phone,
            COALESCE(u.raw_app_meta_data, '{}') AS app_metadata, COALESCE(u.raw_user_meta_data, '{}') AS user_metadata,
            ARRAY(SELECT howdah_private.to_json_filled(i)
                  FROM (SELECT d.id AS identity_id, d.provider_id AS id, d.user_id, d.identity_data, d.provider, d.last_sign_in_at,
                               d.created_at, d.updated_at, d.email
                        FROM auth.identities AS d WHERE d.user_id = u.id ORDER BY d.created_at, d.id) AS i) AS identities,
            u.created_at, u.updated_at, u.is_anonymous, u.email_confirmed_at, u.phone_confirmed_at, u.confirmed_at,
            u.invited_at, u.confirmation_sent_at, u.recovery_sent_at, u.email_change_sent_at, u.phone_change_sent_at,
            u.reauthentication_sent_at, u.last_sign_in_at, NULLIF(u.email_change, '') AS new_email,
            NULLIF(u.phone_change, '') AS new_phone, u.banned_until, u.deleted_at, NULLIF(u.is_sso_user, false) AS is_sso_user,
            -- Without factors there is no such member.
            NULLIF(ARRAY(SELECT howdah_private.to_json_filled(f)::pg_catalog.text
                         FROM (SELECT m.id, m.created_at, m.updated_at, m.status, NULLIF(m.friendly_name, '') AS friendly_name,
                                      m.factor_type, m.phone, m.last_challenged_at
                               FROM auth.mfa_factors AS m WHERE m.user_id = u.id ORDER BY m.created_at, m.id) AS f),
                   '{}')::pg_catalog.json[] AS factors) AS shown;
    ALTER VIEW auth.user_documents OWNER TO howdah_owner;
    COMMENT ON VIEW auth.user_documents IS 'Users as the dialect shows them, with what access tokens tell of them.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_user_documents() IS 'howdah.install(): users as the dialect shows them.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_user_documents() FROM PUBLIC;
