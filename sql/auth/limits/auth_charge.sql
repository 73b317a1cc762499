-- howdah_private.auth_charge: count one use against a limit, in one statement.
--
-- The counter is the time at which all may be asked at once again (GCRA): each use moves it on by period / count; a use that would
-- move it further ahead than burst of them is not counted. The statement that counts is the one that decides, so two at once
-- cannot both take the last one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     counted: false only asks whether a use would be counted now; it writes and locks nothing.
-- Writes    one row of auth.rate_counters, which is locked until the transaction ends. A limit of 2,000 and more is kept in several rows, of which each use takes one at
--           random: so that requests do not wait for each other's commit.
-- Returns   seconds to wait; 0: it was counted.
CREATE FUNCTION howdah_private.auth_charge(
    name pg_catalog.text, key pg_catalog.text,
    count pg_catalog.int4, period pg_catalog.interval, burst pg_catalog.int4,
    counted pg_catalog.bool DEFAULT true
)
RETURNS pg_catalog.int4
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_shards CONSTANT pg_catalog.int4 := LEAST(GREATEST(auth_charge.count / 1000, 1), 32);
    v_one    CONSTANT pg_catalog.interval := auth_charge.period * v_shards / auth_charge.count;
    v_room   CONSTANT pg_catalog.interval := v_one * GREATEST(auth_charge.burst / v_shards, 1);
    v_now    CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_key    CONSTANT pg_catalog.bytea := pg_catalog.substr(howdah_private.server_hmac(
        'rate_limit', auth_charge.name || E'\n' || auth_charge.key || E'\n'
            || pg_catalog.floor(pg_catalog.random() * v_shards)::pg_catalog.text), 1, 16);
    v_full   pg_catalog.timestamptz;
BEGIN
    -- Over the limit already: say so without waiting for a request that is counting itself. What decides is the statement below.
    SELECT c.full_at INTO v_full FROM auth.rate_counters AS c
    WHERE c.key = v_key AND c.full_at + v_one > v_now + v_room;
    IF FOUND THEN
        RETURN GREATEST(pg_catalog.ceil(EXTRACT(epoch FROM v_full + v_one - v_room - v_now)), 1);
    END IF;
    IF NOT auth_charge.counted THEN
        RETURN 0;
    END IF;
    INSERT INTO auth.rate_counters AS c (key, full_at, gone_after)
    VALUES (v_key, v_now + v_one, pg_catalog.date_trunc('hour', v_now + v_one) + interval '1 hour')
    ON CONFLICT ON CONSTRAINT rate_counters_pkey
    DO UPDATE SET full_at = GREATEST(c.full_at, v_now) + v_one,
                  gone_after = pg_catalog.date_trunc('hour', GREATEST(c.full_at, v_now) + v_one) + interval '1 hour'
    WHERE GREATEST(c.full_at, v_now) + v_one <= v_now + v_room;
    IF FOUND THEN
        RETURN 0;
    END IF;
    SELECT c.full_at INTO v_full FROM auth.rate_counters AS c WHERE c.key = v_key;
    RETURN GREATEST(pg_catalog.ceil(EXTRACT(epoch FROM v_full + v_one - v_room - v_now)), 1);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_charge(pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.interval, pg_catalog.int4, pg_catalog.bool)
    IS 'Count one use against a limit.';
REVOKE EXECUTE
    ON FUNCTION howdah_private.auth_charge(pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.interval, pg_catalog.int4, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_charge(pg_catalog.text, pg_catalog.text, pg_catalog.int4, pg_catalog.interval, pg_catalog.int4, pg_catalog.bool) TO howdah_owner;
