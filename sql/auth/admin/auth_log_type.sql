-- howdah_private.auth_log_type: the dialect's kind of an audit entry: account, team, token, user, factor.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_log_type(payload pg_catalog.jsonb)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(auth_log_type.payload ->> 'log_type', CASE
        WHEN auth_log_type.payload ->> 'action' IN ('login', 'logout', 'invite_accepted') THEN 'account'
        WHEN auth_log_type.payload ->> 'action' IN ('user_signedup', 'user_invited', 'user_deleted')
             OR auth_log_type.payload ->> 'action' LIKE 'organization%' THEN 'team'
        WHEN auth_log_type.payload ->> 'action' LIKE 'token%' THEN 'token'
        WHEN auth_log_type.payload ->> 'action' ~ '^(factor|challenge|verification|mfa)' THEN 'factor'
        ELSE 'user' END)
$$;
COMMENT ON FUNCTION howdah_private.auth_log_type(pg_catalog.jsonb)
    IS 'The dialect''s kind of an audit entry.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_log_type(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_log_type(pg_catalog.jsonb)
    TO howdah_owner;
