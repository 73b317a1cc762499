-- auth.forget_refusal: 409 conflict with a plan that cannot be carried out.
--
-- Runs as   definer, for the private helper that it calls; it only builds a value.
CREATE FUNCTION auth.forget_refusal(message pg_catalog.text, report pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah_private.auth_refuse('conflict', forget_refusal.message, pg_catalog.jsonb_build_object(
        'dry_run', false, 'blocked', true, 'report', forget_refusal.report))
$$;
ALTER FUNCTION auth.forget_refusal(pg_catalog.text, pg_catalog.jsonb)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.forget_refusal(pg_catalog.text, pg_catalog.jsonb)
    IS '409 conflict with a plan that cannot be carried out.';
REVOKE EXECUTE ON FUNCTION auth.forget_refusal(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.forget_refusal(pg_catalog.text, pg_catalog.jsonb)
    TO anon, authenticated, service_role;
