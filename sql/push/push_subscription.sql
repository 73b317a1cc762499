-- howdah_private.push_subscription: begin or end a subscription of who asks.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   204; 404 push_topic_not_found (also for one that is not open, unless it is to be left), push_device_not_found (also
--           for another's); 422 push_subscription_limit; what auth_caller and the limits refuse.
CREATE FUNCTION howdah_private.push_subscription(topic pg_catalog.text, device_id pg_catalog.text, wanted pg_catalog.bool)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_most   CONSTANT pg_catalog.int4 := 200;
    v_caller howdah_private.auth_caller := howdah_private.push_caller();
    v_device pg_catalog.uuid;
    v_held   pg_catalog.int8;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF push_subscription.wanted
        AND NOT EXISTS (SELECT 1 FROM howdah.push_topics AS t WHERE t.name = push_subscription.topic AND t.open) THEN
        RETURN howdah_private.auth_refuse('push_topic_not_found');
    END IF;
    IF push_subscription.device_id IS NOT NULL THEN
        SELECT d.id INTO v_device FROM howdah.push_devices AS d
        WHERE d.id = howdah_private.auth_uuid(push_subscription.device_id) AND d.user_id = v_caller.user_id;
        IF NOT FOUND THEN
            RETURN howdah_private.auth_refuse('push_device_not_found');
        END IF;
    END IF;
    v_held := CASE WHEN v_device IS NULL
        THEN (SELECT pg_catalog.count(*) FROM howdah.push_topic_users AS t WHERE t.user_id = v_caller.user_id)
        ELSE (SELECT pg_catalog.count(*) FROM howdah.push_topic_devices AS t WHERE t.device_id = v_device) END;
    IF push_subscription.wanted AND v_held >= c_most THEN
        RETURN howdah_private.auth_refuse('push_subscription_limit');
    END IF;
    IF push_subscription.wanted THEN
        PERFORM howdah.subscribe_push(
            push_subscription.topic, CASE WHEN v_device IS NULL THEN v_caller.user_id END, v_device);
    ELSE
        PERFORM howdah.unsubscribe_push(
            push_subscription.topic, CASE WHEN v_device IS NULL THEN v_caller.user_id END, v_device);
    END IF;
    RETURN howdah_private.auth_reply(NULL, 204);
END
$$;
COMMENT ON FUNCTION howdah_private.push_subscription(pg_catalog.text, pg_catalog.text, pg_catalog.bool)
    IS 'Begin or end a subscription of who asks.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_subscription(pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_subscription(pg_catalog.text, pg_catalog.text, pg_catalog.bool) TO howdah_owner;
