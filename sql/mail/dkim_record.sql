-- howdah.dkim_record: what DNS must hold for a domain's signatures to be believed.
--
-- Runs as   definer: reads the keys, opens one.
-- Returns   name, TXT and value as a line of a zone file; NULL if the domain has no key.
CREATE FUNCTION howdah.dkim_record(
    domain pg_catalog.text
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key record;
BEGIN
    SELECT k.domain, k.selector, howdah_private.secret_open(k.key, 'dkim:' || k.domain) AS plain INTO v_key
    FROM howdah.dkim_keys AS k WHERE k.domain = pg_catalog.lower(dkim_record.domain);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- A string of TXT has at most 255 bytes: several are one value.
    RETURN pg_catalog.format('%s._domainkey.%s. IN TXT (%s)', v_key.selector, v_key.domain, (
        SELECT pg_catalog.string_agg('"' || m.part[1] || '"', ' ')
        FROM pg_catalog.regexp_matches(howdah_private.dkim_public(v_key.plain), '.{1,250}', 'g') AS m (part)));
END
$$;
ALTER FUNCTION howdah.dkim_record(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.dkim_record(pg_catalog.text)
    IS 'What DNS must hold for a domains signatures to be believed.';
REVOKE EXECUTE ON FUNCTION howdah.dkim_record(pg_catalog.text) FROM PUBLIC;
