-- howdah_private.call_courier: trigger function; wakes the couriers when the transaction commits, once
-- however many rows it wrote.
CREATE FUNCTION howdah_private.call_courier()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('howdah_courier', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.call_courier() IS 'Wakes the couriers at commit.';
REVOKE EXECUTE ON FUNCTION howdah_private.call_courier() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.call_courier() TO howdah_owner;
