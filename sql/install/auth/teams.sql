-- howdah_private.install_auth_teams: organisations, their roles, members and invitations.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_auth_teams()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE auth.organizations (
        id         pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT organizations_pkey PRIMARY KEY,
        name       pg_catalog.text NOT NULL
                   CONSTRAINT organizations_name_check CHECK (pg_catalog.char_length(name) BETWEEN 1 AND 200 AND name !~ '[[:cntrl:]]'),
        slug       pg_catalog.text CONSTRAINT organizations_slug_key UNIQUE
                   CONSTRAINT organizations_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
        metadata   pg_catalog.jsonb NOT NULL DEFAULT '{}',
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE auth.organizations IS 'Organisations: groups of users with roles.';

    CREATE TABLE auth.organization_roles (
        organization_id pg_catalog.uuid NOT NULL
                        CONSTRAINT organization_roles_organization_id_fkey REFERENCES auth.organizations (id) ON DELETE CASCADE,
        role            pg_catalog.text NOT NULL
                        CONSTRAINT organization_roles_role_check CHECK (role ~ '^[a-z][a-z0-9_-]{0,62}$'),
        manages         pg_catalog.bool NOT NULL DEFAULT false,
        CONSTRAINT organization_roles_pkey PRIMARY KEY (organization_id, role)
    );
    COMMENT ON TABLE auth.organization_roles IS 'The roles of each organisation; owner, admin and member are there from its beginning.';
    COMMENT ON COLUMN auth.organization_roles.manages IS 'Whether who has it may invite, remove, and give roles that do not manage.';

    CREATE TABLE auth.organization_members (
        organization_id pg_catalog.uuid NOT NULL
                        CONSTRAINT organization_members_organization_id_fkey REFERENCES auth.organizations (id) ON DELETE CASCADE,
        user_id         pg_catalog.uuid NOT NULL
                        CONSTRAINT organization_members_user_id_fkey REFERENCES auth.users (id) ON DELETE CASCADE,
        role            pg_catalog.text NOT NULL,
        created_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT organization_members_pkey PRIMARY KEY (user_id, organization_id),
        CONSTRAINT organization_members_role_fkey FOREIGN KEY (organization_id, role)
            REFERENCES auth.organization_roles (organization_id, role)
    );
    CREATE INDEX organization_members_organization_id_idx ON auth.organization_members (organization_id, created_at, user_id);
    CREATE INDEX organization_members_role_idx ON auth.organization_members (organization_id, role);
    COMMENT ON TABLE auth.organization_members IS 'Who belongs to which organisation, as what.';

    CREATE TABLE auth.organization_invitations (
        id              pg_catalog.uuid DEFAULT pg_catalog.gen_random_uuid() CONSTRAINT organization_invitations_pkey PRIMARY KEY,
        organization_id pg_catalog.uuid NOT NULL
                        CONSTRAINT organization_invitations_organization_id_fkey REFERENCES auth.organizations (id) ON DELETE CASCADE,
        email           pg_catalog.text NOT NULL,
        role            pg_catalog.text NOT NULL,
        token_hash      pg_catalog.text NOT NULL CONSTRAINT organization_invitations_token_hash_key UNIQUE,
        invited_by      pg_catalog.uuid
                        CONSTRAINT organization_invitations_invited_by_fkey REFERENCES auth.users (id) ON DELETE SET NULL,
        created_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at      pg_catalog.timestamptz NOT NULL,
        CONSTRAINT organization_invitations_organization_id_email_key UNIQUE (organization_id, email),
        CONSTRAINT organization_invitations_role_fkey FOREIGN KEY (organization_id, role)
            REFERENCES auth.organization_roles (organization_id, role) ON DELETE CASCADE
    );
    CREATE INDEX organization_invitations_email_idx ON auth.organization_invitations (email);
    CREATE INDEX organization_invitations_invited_by_idx ON auth.organization_invitations (invited_by);
    CREATE INDEX organization_invitations_role_idx ON auth.organization_invitations (organization_id, role);
    COMMENT ON TABLE auth.organization_invitations IS 'Open invitations; an accepted or withdrawn one is deleted.';
    COMMENT ON COLUMN auth.organization_invitations.token_hash IS 'Hex SHA-256 of the token (256 random bits) that the mail carries.';

    -- What a user's membership lets him see must hold for the next request: kept memberships and API keys are read anew.
    CREATE TRIGGER sessions_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth.organization_members
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.sessions_changed();
END
$$;
COMMENT ON FUNCTION howdah_private.install_auth_teams() IS 'howdah.install(): organisations.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_auth_teams() FROM PUBLIC;
