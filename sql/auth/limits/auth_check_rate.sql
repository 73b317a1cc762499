-- howdah_private.auth_check_rate: count one use against every limit of a rule (rows of auth.rate_limits).
--
-- First by address, then by account, then all together, the shorter period first: who is over his own limit takes nothing from
-- anybody else's.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner. Call it for known and unknown accounts alike.
-- Takes     key: the account meant (normal e-mail address or phone number, user id). Limits by address count the request's
--           client whatever it is. NULL, and no request (psql): those limits are passed over.
--           counted: false only asks; what hashes a password asks before, and counts after the hash: a counter's row is locked
--           until the transaction ends, and must not be for as long as a hash takes. Who is refused after it learns nothing of it.
-- Writes    counters; so an answer that refuses must be returned, not raised.
-- Returns   status NULL: go on. Else 429 with Retry-After: over_email_send_rate_limit, over_sms_send_rate_limit for rules that begin
--           so, else over_request_rate_limit.
CREATE FUNCTION howdah_private.auth_check_rate(
    rule pg_catalog.text, key pg_catalog.text, counted pg_catalog.bool DEFAULT true)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_client CONSTANT pg_catalog.text := howdah_private.auth_client_key();
    v_limit  record;
    v_wait   pg_catalog.int4;
    v_answer auth.answer;
BEGIN
    FOR v_limit IN
        SELECT l.name, l.per, l.burst,
               CASE WHEN l.setting IS NULL OR l.setting LIKE '%\_frequency' THEN l.count
                    ELSE auth.get(l.setting)::pg_catalog.int4 END AS count,
               CASE WHEN l.setting LIKE '%\_frequency'
                    THEN pg_catalog.make_interval(secs => auth.get(l.setting)::pg_catalog.int4)
                    ELSE l.period END AS period
        FROM auth.rate_limits AS l
        WHERE l.rule = auth_check_rate.rule
        ORDER BY pg_catalog.array_position(ARRAY['address', 'account', 'global'], l.per), l.period, l.name
    LOOP
        CONTINUE WHEN v_limit.count = 0 OR v_limit.period = interval '0'
            OR (v_limit.per = 'address' AND v_client IS NULL)
            OR (v_limit.per = 'account' AND auth_check_rate.key IS NULL);
        v_wait := howdah_private.auth_charge(
            v_limit.name,
            CASE v_limit.per WHEN 'address' THEN v_client WHEN 'account' THEN auth_check_rate.key ELSE '' END,
            v_limit.count, v_limit.period, COALESCE(v_limit.burst, v_limit.count), auth_check_rate.counted);
        IF v_wait > 0 THEN
            v_answer := howdah_private.auth_refuse(
                CASE WHEN auth_check_rate.rule LIKE 'email\_send%' THEN 'over_email_send_rate_limit'
                     WHEN auth_check_rate.rule LIKE 'sms\_send%' THEN 'over_sms_send_rate_limit'
                     ELSE 'over_request_rate_limit' END,
                CASE WHEN v_limit.per = 'account' THEN pg_catalog.format(
                    'For security purposes, you can only request this after %s seconds.', v_wait) END);
            v_answer.headers := pg_catalog.jsonb_build_object('Retry-After', v_wait::pg_catalog.text);
            RETURN v_answer;
        END IF;
    END LOOP;
    IF auth_check_rate.counted THEN
        PERFORM howdah_private.auth_sweep_counters();
    END IF;
    RETURN v_answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_rate(pg_catalog.text, pg_catalog.text, pg_catalog.bool)
    IS 'Count one use against every limit of a rule.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_rate(pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_rate(pg_catalog.text, pg_catalog.text, pg_catalog.bool) TO howdah_owner;
