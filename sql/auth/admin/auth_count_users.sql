-- howdah_private.auth_count_users: how many users there are of an audience, that a filter lets through.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Timing    an index is counted (users_aud_created_at_idx), whatever the planner thinks of the price of its pages: it is in memory, the table
--           may not be. A filter reads the users of the audience.
CREATE FUNCTION howdah_private.auth_count_users(audience pg_catalog.text, filter pg_catalog.text)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_scans CONSTANT pg_catalog.text := pg_catalog.current_setting('enable_seqscan');
    v_total pg_catalog.int8;
BEGIN
    PERFORM pg_catalog.set_config('enable_seqscan', 'off', true);
    EXECUTE 'SELECT pg_catalog.count(*) FROM auth.users AS u WHERE u.aud = $1'
        || CASE WHEN auth_count_users.filter IS NULL THEN '' ELSE
               ' AND (pg_catalog.strpos(pg_catalog.lower(u.email), $2) > 0
                      OR pg_catalog.strpos(pg_catalog.lower(u.raw_user_meta_data ->> ''full_name''), $2) > 0)' END
    INTO v_total USING auth_count_users.audience, auth_count_users.filter;
    PERFORM pg_catalog.set_config('enable_seqscan', c_scans, true);
    RETURN v_total;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_count_users(pg_catalog.text, pg_catalog.text)
    IS 'How many users there are of an audience.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_count_users(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_count_users(pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
