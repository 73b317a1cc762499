-- howdah_private.auth_find_users: ids of the users of an audience in order of their making, for one page.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   at most `most` ids. The statement is made anew each time: so the plan knows which conditions there are, and which way
--           the index users_aud_created_at_idx is read.
CREATE FUNCTION howdah_private.auth_find_users(
    audience pg_catalog.text,
    filter pg_catalog.text,
    ascending pg_catalog.bool,
    most pg_catalog.int8,
    skip pg_catalog.int8,
    after_time pg_catalog.timestamptz,
    after_id pg_catalog.uuid
)
RETURNS pg_catalog.uuid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids pg_catalog.uuid[];
BEGIN
    EXECUTE 'SELECT COALESCE(pg_catalog.array_agg(p.id ORDER BY p.place), ''{}'') FROM (
                 SELECT u.id, pg_catalog.row_number() OVER () AS place FROM (
                     SELECT u.id FROM auth.users AS u WHERE u.aud = $1'
        || CASE WHEN auth_find_users.filter IS NOT NULL THEN
               ' AND (pg_catalog.strpos(pg_catalog.lower(u.email), $2) > 0
                      OR pg_catalog.strpos(pg_catalog.lower(u.raw_user_meta_data ->> ''full_name''), $2) > 0)' ELSE '' END
        || CASE WHEN auth_find_users.after_id IS NULL THEN ''
                WHEN auth_find_users.ascending THEN ' AND (u.created_at, u.id) > ($3, $4)'
                ELSE ' AND (u.created_at, u.id) < ($3, $4)' END
        || CASE WHEN auth_find_users.ascending THEN ' ORDER BY u.created_at, u.id'
                ELSE ' ORDER BY u.created_at DESC, u.id DESC' END
        || ' LIMIT $5 OFFSET $6) AS u) AS p'
    INTO v_ids
    USING auth_find_users.audience, auth_find_users.filter, auth_find_users.after_time, auth_find_users.after_id,
          auth_find_users.most, auth_find_users.skip;
    RETURN v_ids;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_find_users(pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                                   pg_catalog.int8, pg_catalog.int8, pg_catalog.timestamptz,
                                                   pg_catalog.uuid)
    IS 'Ids of the users of one page.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_find_users(pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                                          pg_catalog.int8, pg_catalog.int8, pg_catalog.timestamptz,
                                                          pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_find_users(pg_catalog.text, pg_catalog.text, pg_catalog.bool,
                                                         pg_catalog.int8, pg_catalog.int8, pg_catalog.timestamptz,
                                                         pg_catalog.uuid)
    TO howdah_owner;
