-- howdah.rotate_webhook_secret: an endpoint gets a new secret; for a while both sign, so that its receiver can change over.
--
-- Runs as   definer: writes howdah.webhook_endpoints.
-- Takes     kind: v1, a secret that both have; v1a, a key pair (Ed25519) of which the receiver has the public half; NULL: as it is.
--           keep: how long the present secret goes on signing beside the new one; zero after a theft.
-- Writes    both, sealed; one howdah.audit row without them. A secret that was on its way out already is forgotten.
-- Returns   what the receiver verifies with: the new secret, or the public key.
-- Raises    42704 if there is no such endpoint; 22023 for a keep below zero or above a year, another kind.
CREATE FUNCTION howdah.rotate_webhook_secret(name pg_catalog.text, keep interval DEFAULT '24 hours', kind pg_catalog.text DEFAULT NULL)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_present pg_catalog.text;
    v_made    pg_catalog.text;
BEGIN
    IF rotate_webhook_secret.keep BETWEEN interval '0' AND interval '1 year' IS NOT TRUE THEN
        RAISE EXCEPTION 'a secret is kept for zero to a year' USING ERRCODE = 'invalid_parameter_value';
    ELSIF rotate_webhook_secret.kind NOT IN ('v1', 'v1a') THEN
        RAISE EXCEPTION 'signatures are of kind v1 or v1a' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_present := (howdah_private.webhook_secrets(rotate_webhook_secret.name))[1];
    v_made := CASE COALESCE(rotate_webhook_secret.kind, CASE WHEN v_present ~ '^whsk_' THEN 'v1a' END)
                  WHEN 'v1a' THEN howdah_private.webhook_make_key() ELSE howdah_private.webhook_make_secret() END;
    UPDATE howdah.webhook_endpoints AS e
    SET previous_secret = e.secret, previous_until = pg_catalog.now() + rotate_webhook_secret.keep,
        secret = howdah_private.secret_seal(v_made, 'webhook_endpoint:' || e.name), updated_at = pg_catalog.now()
    WHERE e.name = rotate_webhook_secret.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no endpoint "%"', rotate_webhook_secret.name USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM howdah_private.record_audit(
        'rotate_webhook_secret', pg_catalog.jsonb_build_object('name', rotate_webhook_secret.name));
    RETURN howdah_private.webhook_receivers(v_made);
END
$$;
ALTER FUNCTION howdah.rotate_webhook_secret(pg_catalog.text, interval, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.rotate_webhook_secret(pg_catalog.text, interval, pg_catalog.text)
    IS 'An endpoint gets a new secret; for a while both sign.';
REVOKE EXECUTE ON FUNCTION howdah.rotate_webhook_secret(pg_catalog.text, interval, pg_catalog.text) FROM PUBLIC;
