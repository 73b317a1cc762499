-- auth.admin_list_audit: GET /admin/audit: what happened, latest first, page by page.
--
-- Runs as   definer: reads auth.audit_log_entries.
-- Entries hold ids, no addresses: actor_username and log_type are added as they are read, so that who is forgotten is so here, too.
--
-- Returns   200 and an array, with X-Total-Count and Link; 400 validation_failed; what auth_require_admin refuses. query is
--           author:…, action:… or type:…, and finds parts of words.
-- Timing    pages are read in the order of their time by index. A query reads that index to its end.
CREATE FUNCTION auth.admin_list_audit(
    page pg_catalog.text DEFAULT NULL,
    per_page pg_catalog.text DEFAULT NULL,
    query pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_scans   CONSTANT pg_catalog.text := pg_catalog.current_setting('enable_seqscan');
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_scope   pg_catalog.text := pg_catalog.split_part(admin_list_audit.query, ':', 1);
    v_wanted  pg_catalog.text;
    v_page    record;
    v_where   pg_catalog.text := '';
    v_entries pg_catalog.jsonb;
    v_total   pg_catalog.int8;
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    SELECT p.* INTO v_page FROM howdah_private.auth_read_page(admin_list_audit.page, admin_list_audit.per_page) AS p;
    IF (v_page.refusal).status IS NOT NULL THEN
        RETURN v_page.refusal;
    END IF;
    IF COALESCE(admin_list_audit.query, '') <> '' THEN
        v_wanted := NULLIF(pg_catalog.lower(pg_catalog.substr(admin_list_audit.query, pg_catalog.length(v_scope) + 2)), '');
        v_where := CASE v_scope
            WHEN 'author' THEN 'WHERE pg_catalog.strpos(pg_catalog.lower(pg_catalog.concat_ws('' '', a.payload ->> ''actor_name'',
                                    howdah_private.auth_actor_name(a.payload::pg_catalog.jsonb))), $1) > 0'
            WHEN 'action' THEN 'WHERE pg_catalog.strpos(pg_catalog.lower(a.payload ->> ''action''), $1) > 0'
            WHEN 'type' THEN 'WHERE pg_catalog.strpos(howdah_private.auth_log_type(a.payload::pg_catalog.jsonb), $1) > 0' END;
        IF v_where IS NULL OR admin_list_audit.query NOT LIKE '%:%' THEN
            RETURN howdah_private.auth_refuse('validation_failed', pg_catalog.format(
                'Invalid query scope: %s', pg_catalog.left(admin_list_audit.query, 100)));
        END IF;
        IF v_wanted IS NULL THEN
            v_where := '';
        END IF;
    END IF;
    -- Made anew each time: with what is asked in it, the plan reads the index backwards and stops after the page.
    EXECUTE 'SELECT COALESCE(pg_catalog.jsonb_agg(p.entry ORDER BY p.place), ''[]'') FROM (
                 SELECT pg_catalog.jsonb_build_object(''id'', a.id, ''payload'',
                            a.payload::pg_catalog.jsonb || pg_catalog.jsonb_build_object(
                                ''actor_id'', COALESCE(a.payload ->> ''actor_id'', ''00000000-0000-0000-0000-000000000000''),
                                ''actor_username'', howdah_private.auth_actor_name(a.payload::pg_catalog.jsonb),
                                ''log_type'', howdah_private.auth_log_type(a.payload::pg_catalog.jsonb)),
                            ''created_at'', a.created_at,
                            ''ip_address'', COALESCE(a.ip_address, '''')) AS entry, pg_catalog.row_number() OVER () AS place
                 FROM (SELECT * FROM auth.audit_log_entries AS a ' || v_where || '
                       ORDER BY a.created_at DESC, a.id DESC LIMIT $2 OFFSET $3) AS a) AS p'
    INTO v_entries USING v_wanted, v_page.size, (v_page.number - 1) * v_page.size;
    PERFORM pg_catalog.set_config('enable_seqscan', 'off', true);
    EXECUTE 'SELECT pg_catalog.count(*) FROM auth.audit_log_entries AS a ' || v_where INTO v_total USING v_wanted;
    PERFORM pg_catalog.set_config('enable_seqscan', c_scans, true);
    RETURN ROW(200, v_entries, howdah_private.auth_page_headers(
        '/auth/v1/admin/audit', v_page.number, v_page.size, v_total,
        COALESCE('&query=' || howdah_private.auth_percent_encode(NULLIF(admin_list_audit.query, '')), '')))::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_list_audit(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_audit(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'GET /admin/audit: what happened, page by page.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_audit(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_audit(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
