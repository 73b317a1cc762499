-- auth.enable_teams: turn organisations on (or off: their rows stay, their routes answer feature_disabled, no claim tells of them).
--
-- Runs as   definer: auth.set.
CREATE FUNCTION auth.enable_teams(enabled pg_catalog.bool DEFAULT true)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM auth.set('teams_enabled', enable_teams.enabled::pg_catalog.text);
    RETURN enable_teams.enabled;
END
$$;
ALTER FUNCTION auth.enable_teams(pg_catalog.bool)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.enable_teams(pg_catalog.bool)
    IS 'Turn organisations on or off.';
REVOKE EXECUTE ON FUNCTION auth.enable_teams(pg_catalog.bool) FROM PUBLIC;
