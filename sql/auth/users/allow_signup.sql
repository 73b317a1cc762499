-- auth.allow_signup: let an address, or everybody of a domain, sign up while signup_mode is allow-list.
--
-- Runs as   definer: writes auth.signup_allowed.
-- Writes    the entry and one howdah.audit row.
-- Returns   the entry as it is kept: an address or a phone number in its normal form, or @domain.
-- Raises    22023 for what is none of these.
CREATE FUNCTION auth.allow_signup(entry pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry pg_catalog.text := howdah_private.auth_read_signup_entry(allow_signup.entry);
BEGIN
    INSERT INTO auth.signup_allowed (entry) VALUES (v_entry) ON CONFLICT DO NOTHING;
    PERFORM howdah_private.record_audit('allow_signup', pg_catalog.jsonb_build_object('entry', v_entry));
    RETURN v_entry;
END
$$;
ALTER FUNCTION auth.allow_signup(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.allow_signup(pg_catalog.text)
    IS 'Let an address, or everybody of a domain, sign up while signup_mode is allow-list.';
REVOKE EXECUTE ON FUNCTION auth.allow_signup(pg_catalog.text) FROM PUBLIC;
