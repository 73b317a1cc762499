-- howdah_private.auth_begin_attempt: may this account be tried now? Asked before a password is hashed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     one of the account's two places, until the transaction ends (locks, not rows: nobody waits for the hash of another, and a
--           backend that dies gives it back). Attempts in flight count as failures until they have ended, so however many come at
--           once, no more are hashed than the limit allows.
-- Raises    53000 (503) when both places are taken and others wait for them.
-- Returns   refusal with status NULL if so, else 429 over_request_rate_limit with Retry-After; known: a device that has signed in before;
--           device, network: where it came from, for auth_end_attempt.
CREATE FUNCTION howdah_private.auth_begin_attempt(
    account pg_catalog.uuid,
    OUT refusal auth.answer, OUT known pg_catalog.bool, OUT device pg_catalog.text, OUT network pg_catalog.text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_seconds pg_catalog.int4;
    v_others  pg_catalog.int4;
BEGIN
    device := howdah_private.auth_device(auth_begin_attempt.account);
    network := howdah_private.auth_network(howdah_private.client_address());
    -- Who has to wait anyway does not take a place.
    SELECT w.known, w.seconds INTO known, v_seconds
    FROM howdah_private.auth_attempt_wait(auth_begin_attempt.account, 0, device, network) AS w;
    IF v_seconds = 0 THEN
        -- A device that is known has places of its own: who guesses elsewhere does not take them.
        v_others := howdah_private.auth_enter_attempt(CASE WHEN known
            THEN howdah_private.auth_account_key(NULL, device)
            ELSE auth_begin_attempt.account END);
        -- Looked at again: what ended before we had the place is in the table now.
        SELECT w.known, w.seconds INTO known, v_seconds
        FROM howdah_private.auth_attempt_wait(auth_begin_attempt.account, v_others, device, network) AS w;
    END IF;
    IF v_seconds > 0 THEN
        refusal := howdah_private.auth_refuse('over_request_rate_limit');
        refusal.headers := COALESCE(refusal.headers, '{}')
            || pg_catalog.jsonb_build_object('Retry-After', v_seconds::pg_catalog.text);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_begin_attempt(pg_catalog.uuid)
    IS 'May this account be tried now?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_begin_attempt(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_begin_attempt(pg_catalog.uuid) TO howdah_owner;
