-- The roles. They are cluster-wide: a second database, or a restored one, finds them made.
--
-- A role of one of these names that somebody else made beforehand, with powers that ours must not
-- have, is refused, not adopted: whoever may become howdah_owner reads the signing keys.
DO $$
DECLARE
    v_role    record;
    v_setting record;
    v_member  pg_catalog.text;
BEGIN
    FOR v_role IN
        SELECT t.name, t.attributes, t.login, t.bypass, t.ours
        FROM (VALUES
            -- owns the tables and the definer functions
            ('howdah_owner',   'NOLOGIN',           false, false, true),
            -- the proxy: no password until the DBA sets one or maps the role in pg_hba.conf
            ('howdah_proxy',   'LOGIN',             true,  false, true),
            -- carries what leaves the database
            ('howdah_courier', 'LOGIN',             true,  false, true),
            -- what a request may be
            ('anon',           'NOLOGIN',           true,  false, false),
            ('authenticated',  'NOLOGIN',           true,  false, false),
            ('service_role',   'NOLOGIN BYPASSRLS', true,  true,  false)
        ) AS t (name, attributes, login, bypass, ours)
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS r WHERE r.rolname = v_role.name) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I %s', v_role.name, v_role.attributes);
            CONTINUE;
        END IF;

        IF EXISTS (
            SELECT 1 FROM pg_catalog.pg_roles AS r
            WHERE r.rolname = v_role.name
              AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
                   OR (r.rolbypassrls AND NOT v_role.bypass)
                   OR (r.rolcanlogin AND NOT v_role.login))
        ) THEN
            RAISE EXCEPTION 'role "%" exists and has powers that it must not have', v_role.name
                USING ERRCODE = 'duplicate_object',
                      HINT = 'Drop it, or take SUPERUSER, CREATEROLE, CREATEDB, REPLICATION, '
                             'BYPASSRLS and, of howdah_owner, LOGIN from it.';
        END IF;

        IF v_role.ours THEN
            -- Member of nothing; and nobody but a superuser, who is everybody anyway, a member of it.
            SELECT m.rolname INTO v_member
            FROM pg_catalog.pg_auth_members AS a
            JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid
            JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
            WHERE (g.rolname = v_role.name AND NOT m.rolsuper) OR m.rolname = v_role.name
            LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'role "%" exists and has members or is a member of a role', v_role.name
                    USING ERRCODE = 'duplicate_object',
                          DETAIL = pg_catalog.format('Member: %s.', v_member),
                          HINT = 'REVOKE the membership, or drop the role.';
            END IF;
        END IF;
    END LOOP;

    -- Values of parameters may be passwords and tokens: the server log must not carry them. The
    -- time-outs are the net under the proxy's own; a role's or a route's may be shorter.
    FOR v_setting IN
        SELECT t.role, t.name, t.value
        FROM (VALUES
            ('howdah_proxy',   'log_parameter_max_length',            '0'),
            ('howdah_proxy',   'log_parameter_max_length_on_error',   '0'),
            -- A plan that it explains has the values in it, those of nested statements too.
            ('howdah_proxy',   'auto_explain.log_min_duration',       '-1'),
            ('howdah_proxy',   'statement_timeout',                   '60s'),
            ('howdah_proxy',   'idle_in_transaction_session_timeout', '10s'),
            ('howdah_proxy',   'search_path',                         'pg_catalog'),
            -- Requests are short: compiling one costs more than running it; and a worker process would
            -- not have the request's claims, which are in the backend's own memory.
            ('howdah_proxy',   'jit',                                 'off'),
            ('howdah_proxy',   'max_parallel_workers_per_gather',     '0'),
            ('howdah_courier', 'log_parameter_max_length',            '0'),
            ('howdah_courier', 'log_parameter_max_length_on_error',   '0'),
            ('howdah_courier', 'auto_explain.log_min_duration',       '-1'),
            ('howdah_courier', 'statement_timeout',                   '60s'),
            ('howdah_courier', 'idle_in_transaction_session_timeout', '10s'),
            ('howdah_courier', 'search_path',                         'pg_catalog')
        ) AS t (role, name, value)
    LOOP
        -- What a DBA has set already, stays.
        IF NOT EXISTS (
            SELECT 1
            FROM pg_catalog.pg_db_role_setting AS s
            JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
            CROSS JOIN pg_catalog.unnest(s.setconfig) AS c (entry)
            WHERE s.setdatabase = 0 AND r.rolname = v_setting.role
              AND pg_catalog.starts_with(c.entry, v_setting.name || '=')
        ) THEN
            EXECUTE pg_catalog.format('ALTER ROLE %I SET %I = %L',
                                      v_setting.role, v_setting.name, v_setting.value);
        END IF;
    END LOOP;
END
$$;
