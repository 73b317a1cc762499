-- howdah_private.auth_agent_name: program and system that a user agent says it is, in words of ours: whoever signs in writes that header,
-- and nothing of his may stand in a mail to the account's owner.
--
-- Runs as   invoker: it only reads a value.
-- Returns   NULL for what is not known.
CREATE FUNCTION howdah_private.auth_agent_name(agent pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT NULLIF(pg_catalog.concat_ws(' on ',
        CASE WHEN auth_agent_name.agent LIKE '%Edg%' THEN 'Edge' WHEN auth_agent_name.agent LIKE '%OPR/%' THEN 'Opera'
             WHEN auth_agent_name.agent LIKE '%Firefox/%' THEN 'Firefox'
             WHEN auth_agent_name.agent LIKE '%Chrome/%' THEN 'Chrome'
             WHEN auth_agent_name.agent LIKE '%Safari/%' THEN 'Safari'
             WHEN auth_agent_name.agent ~* '^(dart|okhttp|node|python|curl|go-http)' THEN 'a program' END,
        CASE WHEN auth_agent_name.agent ~ 'iPhone|iPad' THEN 'iOS' WHEN auth_agent_name.agent LIKE '%Android%' THEN 'Android'
             WHEN auth_agent_name.agent LIKE '%Windows%' THEN 'Windows'
             WHEN auth_agent_name.agent LIKE '%Mac OS X%' THEN 'macOS' WHEN auth_agent_name.agent LIKE '%Linux%' THEN 'Linux' END), '')
$$;
COMMENT ON FUNCTION howdah_private.auth_agent_name(pg_catalog.text)
    IS 'Program and system that a user agent says it is, in words of ours.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_agent_name(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_agent_name(pg_catalog.text) TO howdah_owner;
