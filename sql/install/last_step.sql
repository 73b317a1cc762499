-- howdah_private.last_step: the step of howdah.install() that this version of the code needs.
CREATE FUNCTION howdah_private.last_step()
RETURNS pg_catalog.int4
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT 2 $$;
COMMENT ON FUNCTION howdah_private.last_step() IS 'The step of howdah.install() that the code needs.';
REVOKE EXECUTE ON FUNCTION howdah_private.last_step() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.last_step() TO howdah_owner;
