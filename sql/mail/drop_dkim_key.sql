-- howdah.drop_dkim_key: mails from a domain are signed no more.
--
-- Runs as   definer: writes the keys.
-- Returns   whether there was one.
CREATE FUNCTION howdah.drop_dkim_key(
    domain pg_catalog.text
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.dkim_keys AS k WHERE k.domain = pg_catalog.lower(drop_dkim_key.domain);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.record_audit('drop_dkim_key', pg_catalog.jsonb_build_object('domain', drop_dkim_key.domain));
    RETURN true;
END
$$;
ALTER FUNCTION howdah.drop_dkim_key(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.drop_dkim_key(pg_catalog.text)
    IS 'Mails from a domain are signed no more.';
REVOKE EXECUTE ON FUNCTION howdah.drop_dkim_key(pg_catalog.text) FROM PUBLIC;
