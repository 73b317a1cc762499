-- howdah_private.auth_rehearse_account: the work of an account that is not made, because the address has one: so that the time of an
-- answer does not tell whether one was.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    nothing that stays; hooks and the app's triggers run, for an address that nobody has, and are undone.
CREATE FUNCTION howdah_private.auth_rehearse_account(address pg_catalog.text, data pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_nobody CONSTANT pg_catalog.text := howdah_private.auth_make_stand_in(auth_rehearse_account.address);
    v_mail   CONSTANT pg_catalog.bool := pg_catalog.strpos(v_nobody, '@') > 0;
BEGIN
    PERFORM howdah_private.auth_create_user(
        email => CASE WHEN v_mail THEN v_nobody END, phone => CASE WHEN NOT v_mail THEN v_nobody END,
        user_data => auth_rehearse_account.data);
    RAISE EXCEPTION USING ERRCODE = 'HW900';
EXCEPTION
    WHEN SQLSTATE 'HW900' THEN
        NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_rehearse_account(pg_catalog.text, pg_catalog.jsonb)
    IS 'The work of an account that is not made.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_rehearse_account(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_rehearse_account(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
