-- Types, and not rows of a subquery: that would be a node of its own in each plan.
CREATE TYPE howdah_private.auth_shown_identity AS (
    identity_id     pg_catalog.uuid,
    id              pg_catalog.text,
    user_id         pg_catalog.uuid,
    identity_data   pg_catalog.jsonb,
    provider        pg_catalog.text,
    last_sign_in_at pg_catalog.timestamptz,
    created_at      pg_catalog.timestamptz,
    updated_at      pg_catalog.timestamptz,
    email           pg_catalog.text
);
CREATE TYPE howdah_private.auth_shown_factor AS (
    id                 pg_catalog.uuid,
    created_at         pg_catalog.timestamptz,
    updated_at         pg_catalog.timestamptz,
    status             auth.factor_status,
    friendly_name      pg_catalog.text,
    factor_type        auth.factor_type,
    phone              pg_catalog.text,
    last_challenged_at pg_catalog.timestamptz
);
COMMENT ON TYPE howdah_private.auth_shown_identity IS 'An identity as the dialect shows it.';
COMMENT ON TYPE howdah_private.auth_shown_factor IS 'A factor as the dialect shows it.';
REVOKE USAGE ON TYPE howdah_private.auth_shown_identity, howdah_private.auth_shown_factor FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_shown_identity, howdah_private.auth_shown_factor TO howdah_owner;

-- howdah_private.install_auth_user_documents: users as the dialect shows them.
--
-- A view, so that a statement which reads a user anyway has the document of the same row; made of rows by our own encoder, which costs
-- less than nested jsonb_build_object() does.
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
               howdah_private.to_json_filled(shown) AS document
        FROM auth.users AS u
        CROSS JOIN LATERAL (SELECT
            u.id, COALESCE(u.aud, '') AS aud, COALESCE(u.role, '') AS role,
            COALESCE(u.email, '') AS email, COALESCE(u.phone, '') AS phone,
            COALESCE(u.raw_app_meta_data, '{}') AS app_metadata, COALESCE(u.raw_user_meta_data, '{}') AS user_metadata,
            ARRAY(SELECT howdah_private.to_json_filled(ROW(
                      i.id, i.provider_id, i.user_id, i.identity_data, i.provider, i.last_sign_in_at, i.created_at, i.updated_at,
                      i.email)::howdah_private.auth_shown_identity)
                  FROM auth.identities AS i WHERE i.user_id = u.id ORDER BY i.created_at, i.id) AS identities,
            u.created_at, u.updated_at, u.is_anonymous, u.email_confirmed_at, u.phone_confirmed_at, u.confirmed_at,
            u.invited_at, u.confirmation_sent_at, u.recovery_sent_at, u.email_change_sent_at, u.phone_change_sent_at,
            u.reauthentication_sent_at, u.last_sign_in_at, NULLIF(u.email_change, '') AS new_email,
            NULLIF(u.phone_change, '') AS new_phone, u.banned_until, u.deleted_at, NULLIF(u.is_sso_user, false) AS is_sso_user,
            -- Without factors there is no such member.
            NULLIF(ARRAY(SELECT howdah_private.to_json_filled(ROW(
                             f.id, f.created_at, f.updated_at, f.status, NULLIF(f.friendly_name, ''), f.factor_type, f.phone,
                             f.last_challenged_at)::howdah_private.auth_shown_factor)::pg_catalog.text
                         FROM auth.mfa_factors AS f WHERE f.user_id = u.id ORDER BY f.created_at, f.id),
                   '{}')::pg_catalog.json[] AS factors) AS shown;
    ALTER VIEW auth.user_documents OWNER TO howdah_owner;
    COMMENT ON VIEW auth.user_documents IS 'Users as the dialect shows them, with what access tokens tell of them.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_user_documents() IS 'howdah.install(): users as the dialect shows them.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_user_documents() FROM PUBLIC;
