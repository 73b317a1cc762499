-- howdah.inbound: take webhooks of a provider at POST /hooks/in/<name>; called again, change how.
--
-- A request whose signature holds becomes a message of a queue, or a call of a function, in the transaction that answers it; any
-- other is 401 and leaves nothing. One that came before is answered and not taken again.
--
-- Runs as   definer: writes howdah.inbound_hooks.
-- Takes     kind: stripe, github, slack, standard (Standard Webhooks), hmac (whoever else signs with HMAC; options say how:
--           docs/MESSAGING.md). secret: as the provider shows it; NULL leaves a present one; the one before goes on being good
--           for a day, so that provider and Howdah need not change over at once. queue: who gets {"hook", "event", "id",
--           "received_at", "body"}. function: schema.name of a function of one jsonb, which gets the same, and role: whom it runs
--           as (its owner if NULL; never a superuser or its like). keep: for how long a delivery is known again; by default a week, where the
--           provider signs no time 90 days.
-- Writes    the row, the secret sealed; one howdah.audit row without it.
-- Returns   the path.
-- Raises    22023 with what would be right; 42704 for a queue that there is not; 42883 for a function that there is not; 42501 for
--           a role that a function of this kind must not run as.
CREATE FUNCTION howdah.inbound(
    name     pg_catalog.text,
    kind     pg_catalog.text,
    secret   pg_catalog.text  DEFAULT NULL,
    queue    pg_catalog.text  DEFAULT NULL,
    function pg_catalog.text  DEFAULT NULL,
    role     pg_catalog.text  DEFAULT NULL,
    options  pg_catalog.jsonb DEFAULT '{}',
    keep     interval         DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema   pg_catalog.text;
    v_function pg_catalog.text;
    v_role     pg_catalog.text;
    v_signed_time CONSTANT pg_catalog.bool :=
        inbound.kind <> 'github' AND (inbound.kind <> 'hmac' OR inbound.options ? 'timestamp_header');
BEGIN
    IF inbound.name !~ '^[A-Za-z0-9_.-]{1,100}$' IS NOT FALSE THEN
        RAISE EXCEPTION 'the name of a hook is 1 to 100 letters, digits, _, . and -' USING ERRCODE = 'invalid_parameter_value';
    ELSIF (inbound.queue IS NULL) = (inbound.function IS NULL) THEN
        RAISE EXCEPTION 'a hook has a queue or a function' USING ERRCODE = 'invalid_parameter_value';
    ELSIF inbound.kind IS NULL OR inbound.options IS NULL OR inbound.secret = '' OR inbound.keep < interval '10 minutes' THEN
        RAISE EXCEPTION 'kind and options are not null, a secret is not empty, keep is 10 minutes or more'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM howdah_private.webhook_check_scheme(inbound.kind, inbound.options);
    IF inbound.kind = 'standard' AND inbound.secret IS NOT NULL THEN
        PERFORM howdah_private.webhook_check_receivers(inbound.secret);
    END IF;
    IF inbound.queue IS NOT NULL THEN
        PERFORM howdah_private.change_check_queue(inbound.queue);
    ELSE
        SELECT f.* INTO v_schema, v_function, v_role FROM howdah_private.inbound_function(inbound.function, inbound.role) AS f;
    END IF;
    IF inbound.secret IS NULL AND NOT EXISTS (SELECT 1 FROM howdah.inbound_hooks AS h WHERE h.name = inbound.name) THEN
        RAISE EXCEPTION 'a new hook has a secret: the provider''s' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO howdah.inbound_hooks AS h (name, kind, options, secret, queue, schema_name, function_name, role, keep)
    VALUES (inbound.name, inbound.kind, inbound.options,
            howdah_private.secret_seal(COALESCE(inbound.secret, ''), 'inbound_hook:' || inbound.name), inbound.queue,
            v_schema, v_function, v_role,
            COALESCE(inbound.keep, CASE WHEN v_signed_time THEN interval '7 days' ELSE interval '90 days' END))
    ON CONFLICT ON CONSTRAINT inbound_hooks_pkey DO UPDATE
    SET kind = excluded.kind, options = excluded.options, queue = excluded.queue, schema_name = excluded.schema_name,
        function_name = excluded.function_name, role = excluded.role, keep = excluded.keep,
        secret = CASE WHEN inbound.secret IS NULL THEN h.secret ELSE excluded.secret END,
        previous_secret = CASE WHEN inbound.secret IS NULL THEN h.previous_secret ELSE h.secret END,
        previous_until = CASE WHEN inbound.secret IS NULL THEN h.previous_until ELSE pg_catalog.now() + interval '1 day' END,
        updated_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('inbound', pg_catalog.jsonb_build_object(
        'name', inbound.name, 'kind', inbound.kind, 'queue', inbound.queue, 'function', inbound.function));
    RETURN '/hooks/in/' || inbound.name;
END
$$;
ALTER FUNCTION howdah.inbound(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    interval) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.inbound(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    interval) IS 'Take webhooks of a provider at POST /hooks/in/<name>.';
REVOKE EXECUTE ON FUNCTION howdah.inbound(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
    interval) FROM PUBLIC;
