-- howdah_private.auth_charge_wish: count the mail or message that a change of address sends. Somebody who gets in for a day must
-- not read off who has an account.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    counters, if counted: their rows are locked until the transaction ends, so only once no password is hashed any more.
-- Returns   a refusal, or a row of nulls.
CREATE FUNCTION howdah_private.auth_charge_wish(wish howdah_private.auth_wish, counted pg_catalog.bool)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wish howdah_private.auth_wish := auth_charge_wish.wish;
BEGIN
    IF v_wish.email IS NOT NULL AND NOT howdah_private.auth_confirms_email_at_once(v_wish.is_anonymous) THEN
        RETURN howdah_private.auth_check_rate('email_send', v_wish.email, auth_charge_wish.counted);
    ELSIF v_wish.phone IS NOT NULL AND NOT auth.get('sms_autoconfirm')::pg_catalog.bool THEN
        RETURN howdah_private.auth_check_rate('sms_send', v_wish.phone, auth_charge_wish.counted);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_charge_wish(howdah_private.auth_wish, pg_catalog.bool)
    IS 'Count the mail or message that a change of address sends.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_charge_wish(howdah_private.auth_wish, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_charge_wish(howdah_private.auth_wish, pg_catalog.bool) TO howdah_owner;
