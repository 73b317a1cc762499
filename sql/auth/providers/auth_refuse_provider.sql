-- howdah_private.auth_refuse_provider: a provider answers otherwise than it must. Why is for the developer: the server's log has it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_refuse_provider(name pg_catalog.text, problem pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE LOG 'howdah: provider %: %', auth_refuse_provider.name, auth_refuse_provider.problem;
    RETURN howdah_private.auth_refuse('validation_failed', 'Unsupported provider: it gives no usable answer');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_provider(
    pg_catalog.text, pg_catalog.text) IS 'A provider answers otherwise than it must.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_provider(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_provider(pg_catalog.text, pg_catalog.text) TO howdah_owner;
