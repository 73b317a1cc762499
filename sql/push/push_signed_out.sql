-- howdah_private.push_signed_out: trigger function; the session that registered a device has ended: nothing of his is shown
-- to whoever has the device next.
CREATE FUNCTION howdah_private.push_signed_out()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.retired_at IS NULL AND pg_catalog.lower(howdah.get('push.retire_on_sign_out')) IN ('on', 'true', 'yes', '1') THEN
        NEW.retired_at := pg_catalog.now();
        NEW.retired_reason := 'signed_out';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION howdah_private.push_signed_out()
    IS 'Retires the device of a session that has ended.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_signed_out() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_signed_out() TO howdah_owner;
