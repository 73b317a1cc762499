-- howdah_private.auth_lock_factors: one at a time for whatever counts, adds, uses or removes a user's factors, codes and passkeys.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Locks     an advisory lock of the transaction: before every row lock, so that no two can wait for each other.
CREATE FUNCTION howdah_private.auth_lock_factors(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('howdah.factors.' || auth_lock_factors.user_id::pg_catalog.text, 0));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_lock_factors(pg_catalog.uuid) IS 'One at a time for whatever uses or changes a user''s factors.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_lock_factors(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_lock_factors(pg_catalog.uuid) TO howdah_owner;
