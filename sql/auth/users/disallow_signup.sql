-- auth.disallow_signup: take an entry off the list of those who may sign up. Accounts that were made stay.
--
-- Runs as   definer: writes auth.signup_allowed.
-- Writes    one howdah.audit row.
-- Returns   whether it was on the list.
-- Raises    22023 for what is no address, number or domain.
CREATE FUNCTION auth.disallow_signup(entry pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry pg_catalog.text := howdah_private.auth_read_signup_entry(disallow_signup.entry);
BEGIN
    DELETE FROM auth.signup_allowed AS a WHERE a.entry = v_entry;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.record_audit('disallow_signup', pg_catalog.jsonb_build_object('entry', v_entry));
    RETURN true;
END
$$;
ALTER FUNCTION auth.disallow_signup(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.disallow_signup(pg_catalog.text)
    IS 'Take an entry off the list of those who may sign up.';
REVOKE EXECUTE ON FUNCTION auth.disallow_signup(pg_catalog.text) FROM PUBLIC;
