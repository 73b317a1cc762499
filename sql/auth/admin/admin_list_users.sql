-- auth.admin_list_users: GET /admin/users: the users of an audience, newest first, page by page.
--
-- Runs as   definer: reads auth.users, which no API role may see.
-- Returns   200 {"users", "aud"} with X-Total-Count and Link; with limit or cursor (and neither page nor per_page) by keyset instead:
--           no count, {"pagination": {"has_more", "next_cursor"}}; or what auth_require_admin refuses; 400 validation_failed.
-- Timing    pages are read in the order of users_aud_created_at_idx. A filter (part of an e-mail or of a full name) reads that index
--           to its end: it costs what there are users.
CREATE FUNCTION auth.admin_list_users(
    page pg_catalog.text DEFAULT NULL,
    per_page pg_catalog.text DEFAULT NULL,
    filter pg_catalog.text DEFAULT NULL,
    sort pg_catalog.text DEFAULT NULL,
    cursor pg_catalog.text DEFAULT NULL,
    "limit" pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal   auth.answer := howdah_private.auth_require_admin();
    v_audience  pg_catalog.text := howdah_private.auth_request_audience();
    v_filter    pg_catalog.text := NULLIF(pg_catalog.lower(admin_list_users.filter), '');
    v_sort      pg_catalog.text := COALESCE(NULLIF(pg_catalog.lower(admin_list_users.sort), ''), 'created_at desc');
    v_keyset    pg_catalog.bool := COALESCE(admin_list_users.page, '') = '' AND COALESCE(admin_list_users.per_page, '') = ''
                                   AND COALESCE(NULLIF(admin_list_users.cursor, ''), admin_list_users."limit", '') <> '';
    v_page      record;
    v_after     pg_catalog.jsonb;
    v_ids       pg_catalog.uuid[];
    v_total     pg_catalog.int8;
    v_users     pg_catalog.jsonb;
    v_more      pg_catalog.bool;
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_sort !~ '^created_at( +(asc|desc))?$' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Bad Sort Parameters: sort by created_at asc or created_at desc');
    END IF;
    SELECT p.* INTO v_page FROM howdah_private.auth_read_page(
        CASE WHEN NOT v_keyset THEN admin_list_users.page END,
        CASE WHEN v_keyset THEN admin_list_users."limit" ELSE admin_list_users.per_page END) AS p;
    IF (v_page.refusal).status IS NOT NULL THEN
        RETURN v_page.refusal;
    END IF;
    IF v_keyset THEN
        v_after := howdah_private.auth_read_cursor(admin_list_users.cursor);
        IF v_after IS NULL THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'Bad Pagination Parameters: invalid cursor');
        END IF;
    END IF;

    v_ids := howdah_private.auth_find_users(
        v_audience, v_filter, v_sort LIKE '% asc', v_page.size + 1,
        CASE WHEN v_keyset THEN 0 ELSE (v_page.number - 1) * v_page.size END,
        (v_after ->> 'created_at')::pg_catalog.timestamptz, (v_after ->> 'id')::pg_catalog.uuid);
    v_more := pg_catalog.cardinality(v_ids) > v_page.size;
    v_ids := v_ids[1:v_page.size];
    SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_user_json(i.id) ORDER BY i.place), '[]'::pg_catalog.jsonb)
    INTO v_users
    FROM ROWS FROM (pg_catalog.unnest(v_ids)) WITH ORDINALITY AS i (id, place);

    IF v_keyset THEN
        RETURN howdah_private.auth_keyset_answer(
            pg_catalog.jsonb_build_object('users', v_users, 'aud', v_audience), v_ids[pg_catalog.cardinality(v_ids)], v_more,
            v_page.size, howdah_private.auth_filter_query(admin_list_users.filter, admin_list_users.sort));
    END IF;
    v_total := howdah_private.auth_count_users(v_audience, v_filter);
    RETURN ROW(200, pg_catalog.jsonb_build_object('users', v_users, 'aud', v_audience),
               howdah_private.auth_page_headers(
                   '/auth/v1/admin/users', v_page.number, v_page.size, v_total,
                   howdah_private.auth_filter_query(admin_list_users.filter, admin_list_users.sort)))::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_list_users(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                     pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_users(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                          pg_catalog.text, pg_catalog.text)
    IS 'GET /admin/users: users, page by page.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_users(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_users(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
