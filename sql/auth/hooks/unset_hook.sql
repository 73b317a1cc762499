-- auth.unset_hook: ask the function of a hook no more.
--
-- Runs as   definer: writes auth.hooks.
-- Writes    one howdah.audit row if there was one.
-- Returns   whether there was one.
CREATE FUNCTION auth.unset_hook(hook pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM auth.hooks AS h WHERE h.hook = unset_hook.hook;
    RETURN howdah_private.record_removal(FOUND, 'unset_hook', pg_catalog.jsonb_build_object('hook', unset_hook.hook));
END
$$;
ALTER FUNCTION auth.unset_hook(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.unset_hook(pg_catalog.text) IS 'Ask the function of a hook no more.';
REVOKE EXECUTE ON FUNCTION auth.unset_hook(pg_catalog.text) FROM PUBLIC;
