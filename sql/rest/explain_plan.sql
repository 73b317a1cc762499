-- howdah.explain_plan: who may execute it may ask /rest/v1 for the plan of a request (Accept: application/vnd.pgrst.plan),
-- whatever rest.plan_enabled says: GRANT EXECUTE ON FUNCTION howdah.explain_plan() TO … . A plan shows names and
-- statistics of tables, so nobody has it by default.
--
-- Returns   true; it is the right to call it that counts.
CREATE FUNCTION howdah.explain_plan()
RETURNS pg_catalog.bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT true
$$;
COMMENT ON FUNCTION howdah.explain_plan() IS 'Granted to a role, lets it ask for the plans of its requests.';
REVOKE EXECUTE ON FUNCTION howdah.explain_plan() FROM PUBLIC;
