-- howdah.rotate_webhook_secret: an endpoint gets a new secret; for a while both sign, so that its receiver can change over.
--
-- Runs as   definer: writes howdah.webhook_endpoints.
-- Takes     keep: how long the present secret goes on signing beside the new one; zero after a theft.
-- Writes    both, sealed; one howdah.audit row without them. A secret that was on its way out already is forgotten.
-- Returns   the new secret.
-- Raises    42704 if there is no such endpoint; 22023 for a keep below zero or above a year.
CREATE FUNCTION howdah.rotate_webhook_secret(name pg_catalog.text, keep interval DEFAULT '24 hours')
RETURNS pg_catalog.text
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_made CONSTANT pg_catalog.text := howdah_private.webhook_make_secret();
BEGIN
    IF rotate_webhook_secret.keep NOT BETWEEN interval '0' AND interval '1 year' THEN
        RAISE EXCEPTION 'a secret is kept for zero to a year' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE howdah.webhook_endpoints AS e
    SET previous_secret = e.secret, previous_until = pg_catalog.now() + rotate_webhook_secret.keep,
        secret = howdah_private.secret_seal(v_made, 'webhook_endpoint:' || e.name), updated_at = pg_catalog.now()
    WHERE e.name = rotate_webhook_secret.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no endpoint "%"', rotate_webhook_secret.name USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM howdah_private.record_audit(
        'rotate_webhook_secret', pg_catalog.jsonb_build_object('name', rotate_webhook_secret.name));
    RETURN v_made;
END
$$;
ALTER FUNCTION howdah.rotate_webhook_secret(pg_catalog.text, interval) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.rotate_webhook_secret(pg_catalog.text, interval)
    IS 'An endpoint gets a new secret; for a while both sign.';
REVOKE EXECUTE ON FUNCTION howdah.rotate_webhook_secret(pg_catalog.text, interval) FROM PUBLIC;
