-- howdah_private.mail_limited: count a mail against the limits of its address and its domain.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    counters (auth.rate_counters). Two couriers that count for the same address do not wait for each other, and so never
--           for each other's locks: the second comes again.
-- Returns   NULL, {"refuse": "address_limit"} or {"defer": seconds}.
CREATE FUNCTION howdah_private.mail_limited(
    address pg_catalog.text,
    domain pg_catalog.text,
    address_limit pg_catalog.int4,
    domain_limit pg_catalog.int4
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wait pg_catalog.int4;
BEGIN
    IF mail_limited.domain_limit > 0 THEN
        IF NOT pg_catalog.pg_try_advisory_xact_lock(
            pg_catalog.hashtextextended('mail domain ' || mail_limited.domain, 0)) THEN
            RETURN '{"defer": 1}';
        END IF;
        v_wait := howdah_private.auth_charge(
            'mail_domain', mail_limited.domain, mail_limited.domain_limit, interval '1 minute', mail_limited.domain_limit);
        IF v_wait > 0 THEN
            RETURN pg_catalog.jsonb_build_object('defer', v_wait);
        END IF;
    END IF;
    IF mail_limited.address_limit > 0 THEN
        IF NOT pg_catalog.pg_try_advisory_xact_lock(
            pg_catalog.hashtextextended('mail address ' || mail_limited.address, 0)) THEN
            RETURN '{"defer": 1}';
        END IF;
        IF howdah_private.auth_charge('mail_address', mail_limited.address, mail_limited.address_limit,
                                      interval '1 hour', mail_limited.address_limit) > 0 THEN
            RETURN '{"refuse": "address_limit"}';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_limited(pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.int4)
    IS 'Count a mail against the limits of its address and its domain.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_limited(pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_limited(pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.int4) TO howdah_owner;
