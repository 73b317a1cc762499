-- howdah_private.auth_attempt_wait: how long nobody may try this account from here?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   known: a device of this account asks, one that has signed in before; seconds: 0 if it may be tried now.
-- Rules     each device that is known, and each network of the others, has attempts of its own: the first
--           password_attempts_limit cost nothing, each further one twice the wait of the one before, from
--           password_attempts_delay seconds up to a quarter of an hour. Beyond password_attempts_budget consecutive failures
--           from wherever, only known devices may try; everybody else can still come in by a code that is sent to the owner.
-- Arguments others: attempts in flight, whose outcome is not in the table yet and is reckoned as a failure; device, network: the
--           request's, from who knows them already.
CREATE FUNCTION howdah_private.auth_attempt_wait(
    account pg_catalog.uuid,
    others pg_catalog.int4,
    device pg_catalog.text DEFAULT NULL,
    network pg_catalog.text DEFAULT NULL,
    OUT known pg_catalog.bool,
    OUT seconds pg_catalog.int4
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_longest CONSTANT pg_catalog.float8 := 900;
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_mine    CONSTANT pg_catalog.text := COALESCE(
        auth_attempt_wait.device, howdah_private.auth_device(auth_attempt_wait.account));
    v_net     CONSTANT pg_catalog.text := COALESCE(
        auth_attempt_wait.network, howdah_private.auth_network(howdah_private.client_address()));
    v_row     auth.attempts;
    v_device  auth.attempts;
    v_place   auth.attempts;
    v_all     pg_catalog.int4;
    v_over    pg_catalog.int4;
BEGIN
    FOR v_row IN
        SELECT a.* FROM auth.attempts AS a
        WHERE a.account = auth_attempt_wait.account AND a.place IN (v_mine, v_net, 'all') AND a.expires_at > v_now
    LOOP
        CASE v_row.place
            WHEN 'all' THEN v_all := v_row.failures;
            WHEN v_mine THEN v_device := v_row;
            ELSE v_place := v_row;
        END CASE;
    END LOOP;

    known := v_device.account IS NOT NULL AND v_device.failures < auth.get('password_attempts_budget')::pg_catalog.int4;
    IF known THEN
        v_place := v_device;
    END IF;
    seconds := 0;
    IF NOT known AND COALESCE(v_all, 0) + others >= auth.get('password_attempts_budget')::pg_catalog.int4 THEN
        seconds := c_longest;
        RETURN;
    END IF;
    v_over := COALESCE(v_place.failures, 0) + others - auth.get('password_attempts_limit')::pg_catalog.int4;
    IF v_over >= 0 THEN
        seconds := LEAST(c_longest, auth.get('password_attempts_delay')::pg_catalog.float8
                                    * pg_catalog.power(2::pg_catalog.float8, LEAST(v_over, 20)::pg_catalog.float8));
        -- What is in flight has failed now, at the earliest.
        IF others = 0 THEN
            seconds := GREATEST(0, pg_catalog.ceil(
                seconds - EXTRACT(epoch FROM v_now - v_place.failed_at)::pg_catalog.float8));
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_attempt_wait(pg_catalog.uuid, pg_catalog.int4, pg_catalog.text, pg_catalog.text)
    IS 'How long nobody may try this account from here.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_attempt_wait(pg_catalog.uuid, pg_catalog.int4, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_attempt_wait(pg_catalog.uuid, pg_catalog.int4, pg_catalog.text, pg_catalog.text) TO howdah_owner;
