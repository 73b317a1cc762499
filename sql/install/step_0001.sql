-- howdah_private.install_step_0001: the tables of the configuration, the first keys, the first roles.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database. Once released, a step is never
--           changed: a later change of a table is a later step.
CREATE FUNCTION howdah_private.install_step_0001()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.audit (
        id     pg_catalog.int8 GENERATED ALWAYS AS IDENTITY
               CONSTRAINT audit_pkey PRIMARY KEY,
        at     pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        actor  pg_catalog.text NOT NULL,
        action pg_catalog.text NOT NULL,
        detail pg_catalog.jsonb NOT NULL
    );
    COMMENT ON TABLE howdah.audit IS 'Who changed what, when. Never a secret, a token or a value.';

    CREATE TABLE howdah.settings (
        key        pg_catalog.text CONSTRAINT settings_pkey PRIMARY KEY,
        value      pg_catalog.text NOT NULL,
        updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.settings IS 'Settings that differ from their defaults: howdah.set, howdah.reset.';

    CREATE TABLE howdah.keys (
        kid        pg_catalog.text CONSTRAINT keys_pkey PRIMARY KEY,
        alg        pg_catalog.text NOT NULL
                   CONSTRAINT keys_alg_check CHECK (alg IN ('ES256', 'HS256')),
        purpose    pg_catalog.text NOT NULL
                   CONSTRAINT keys_purpose_check CHECK (purpose IN ('session', 'api')),
        status     pg_catalog.text NOT NULL
                   CONSTRAINT keys_status_check CHECK (status IN ('active', 'retiring', 'revoked')),
        public_jwk pg_catalog.jsonb
                   CONSTRAINT keys_public_jwk_check CHECK ((public_jwk IS NULL) = (alg = 'HS256')),
        secret     pg_catalog.bytea
                   CONSTRAINT keys_secret_check CHECK ((secret IS NULL) = (status = 'revoked')),
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        retires_at pg_catalog.timestamptz
                   CONSTRAINT keys_retires_at_check CHECK ((retires_at IS NULL) = (status = 'active'))
    );
    -- At every moment at most one key of a purpose signs.
    CREATE UNIQUE INDEX keys_signing_idx ON howdah.keys (purpose)
        WHERE status = 'active' AND alg = 'ES256';
    COMMENT ON TABLE howdah.keys IS
        'Keys that tokens are signed with (active, ES256) and verified by (active, retiring).';
    COMMENT ON COLUMN howdah.keys.secret IS 'PKCS#8 DER (ES256) or the bytes of the secret (HS256).';

    CREATE TABLE howdah.api_keys (
        id         pg_catalog.uuid CONSTRAINT api_keys_pkey PRIMARY KEY,
        kind       pg_catalog.text NOT NULL
                   CONSTRAINT api_keys_kind_check CHECK (kind IN ('publishable', 'secret')),
        name       pg_catalog.text NOT NULL,
        role       pg_catalog.text NOT NULL,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        revoked_at pg_catalog.timestamptz
    );
    COMMENT ON TABLE howdah.api_keys IS
        'API keys that were issued; the key itself, a token whose jti is the id, is not kept.';

    CREATE TABLE howdah.roles (
        role   pg_catalog.text CONSTRAINT roles_pkey PRIMARY KEY,
        bypass pg_catalog.bool NOT NULL DEFAULT false
    );
    COMMENT ON TABLE howdah.roles IS 'Roles that a token may name: howdah.allow_role, howdah.disallow_role.';

    CREATE TABLE howdah.routes (
        id         pg_catalog.int8 GENERATED ALWAYS AS IDENTITY
                   CONSTRAINT routes_pkey PRIMARY KEY,
        method     pg_catalog.text NOT NULL,
        pattern    pg_catalog.text NOT NULL,
        shape      pg_catalog.text NOT NULL,
        function   pg_catalog.text NOT NULL,
        lane       pg_catalog.text NOT NULL DEFAULT 'fast'
                   CONSTRAINT routes_lane_check CHECK (lane IN ('fast', 'heavy')),
        light      pg_catalog.text[],
        max_body   pg_catalog.int4
                   CONSTRAINT routes_max_body_check CHECK (max_body BETWEEN 0 AND 1073741823),
        timeout_ms pg_catalog.int4
                   CONSTRAINT routes_timeout_ms_check CHECK (timeout_ms BETWEEN 1 AND 600000),
        builtin    pg_catalog.bool NOT NULL DEFAULT false,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT routes_method_shape_key UNIQUE (method, shape)
    );
    COMMENT ON TABLE howdah.routes IS
        'Paths that functions answer: howdah.route, howdah.unroute. /rest/v1/{rest...} is not among them.';
    COMMENT ON COLUMN howdah.routes.shape IS
        'The pattern with its parameters nameless: two routes of one shape would be the same route.';
    COMMENT ON COLUMN howdah.routes.light IS
        'Of a heavy route: pairs of the query (name=value) with which a request is not.';
    COMMENT ON COLUMN howdah.routes.function IS 'Schema and name, each quoted where SQL needs it.';

    -- Every other backend drops its copy when one of these changes.
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON howdah.settings
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON howdah.keys
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON howdah.api_keys
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON howdah.roles
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();
    CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON howdah.routes
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.config_changed();

    INSERT INTO howdah.roles (role, bypass)
    VALUES ('anon', false), ('authenticated', false), ('service_role', true);
    PERFORM howdah_private.make_key('session');
    PERFORM howdah_private.make_key('api');
END
$$;
COMMENT ON FUNCTION howdah_private.install_step_0001() IS 'howdah.install(): tables, keys, roles.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_step_0001() FROM PUBLIC;
