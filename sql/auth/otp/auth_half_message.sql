-- howdah_private.auth_half_message: what the first of two confirmations is told (clients show it as it is).
CREATE FUNCTION howdah_private.auth_half_message()
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'Confirmation link accepted. Please proceed to confirm link sent to the other email' $$;
COMMENT ON FUNCTION howdah_private.auth_half_message() IS 'What the first of two confirmations is told.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_half_message() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_half_message() TO howdah_owner;
