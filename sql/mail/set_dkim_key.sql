-- howdah.set_dkim_key: sign mails from a domain, from the next attempt on.
--
-- Runs as   definer: writes the keys, seals them.
-- Takes     selector: a name for the key, so that the next can be told from it; key: an RSA key in PEM; NULL: one is made (2048 bits).
-- Writes    the key in place of the domain's last, and one howdah.audit row.
-- Returns   the record for DNS, as howdah.dkim_record.
-- Raises    22023 for a domain, selector or key that is none.
CREATE FUNCTION howdah.set_dkim_key(
    domain pg_catalog.text,
    selector pg_catalog.text DEFAULT 'howdah',
    key pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_domain CONSTANT pg_catalog.text := pg_catalog.lower(set_dkim_key.domain);
    v_key    CONSTANT pg_catalog.text := COALESCE(set_dkim_key.key, howdah_private.dkim_make_key(2048));
BEGIN
    PERFORM howdah_private.dkim_check(v_domain, set_dkim_key.selector, v_key);
    INSERT INTO howdah.dkim_keys AS k (domain, selector, key)
    VALUES (v_domain, set_dkim_key.selector, howdah_private.secret_seal(v_key, 'dkim:' || v_domain))
    ON CONFLICT ON CONSTRAINT dkim_keys_pkey
    DO UPDATE SET selector = excluded.selector, key = excluded.key, created_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('set_dkim_key', pg_catalog.jsonb_build_object(
        'domain', v_domain, 'selector', set_dkim_key.selector));
    RETURN howdah.dkim_record(v_domain);
END
$$;
ALTER FUNCTION howdah.set_dkim_key(pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set_dkim_key(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Sign mails from a domain.';
REVOKE EXECUTE ON FUNCTION howdah.set_dkim_key(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
