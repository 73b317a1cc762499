-- howdah.publish: tell every endpoint that wants to know of an event, when the transaction commits.
--
-- Runs as   definer: reads howdah.webhook_endpoints, writes the outbox.
-- Takes     tenant: endpoints of this tenant, and of all ('').
-- Returns   how many are told.
-- Raises    22023 for an event that is no name; 54000 for a payload of more than 1 MB.
CREATE FUNCTION howdah.publish(event pg_catalog.text, payload pg_catalog.jsonb, tenant pg_catalog.text DEFAULT '')
RETURNS pg_catalog.int4
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_told pg_catalog.int4;
BEGIN
    IF publish.event !~ '^[A-Za-z0-9_.:/-]{1,200}$' THEN
        RAISE EXCEPTION 'the name of an event is 1 to 200 letters, digits, _ . : / and -'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT pg_catalog.count(howdah.webhook(e.name, publish.event, publish.payload, tenant => publish.tenant)) INTO v_told
    FROM howdah.webhook_endpoints AS e
    WHERE e.disabled_at IS NULL AND e.tenant IN ('', publish.tenant)
      AND (e.events IS NULL OR EXISTS (
          SELECT 1 FROM pg_catalog.unnest(e.events) AS w (event)
          WHERE w.event IN (publish.event, '*')
             OR pg_catalog."right"(w.event, 2) = '.*' AND pg_catalog.starts_with(publish.event, pg_catalog."left"(w.event, -1))));
    RETURN v_told;
END
$$;
ALTER FUNCTION howdah.publish(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.publish(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text)
    IS 'Tell every endpoint that wants to know of an event.';
REVOKE EXECUTE ON FUNCTION howdah.publish(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.publish(pg_catalog.text, pg_catalog.jsonb, pg_catalog.text) TO service_role;
