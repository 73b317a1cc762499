-- howdah_private.auth_keyset_answer: a page of users by keyset with where the next begins, in body and Link.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_keyset_answer(
    body pg_catalog.jsonb,
    last_id pg_catalog.uuid,
    more pg_catalog.bool,
    size pg_catalog.int8,
    further pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_cursor  pg_catalog.text;
    v_headers pg_catalog.jsonb;
BEGIN
    IF auth_keyset_answer.more THEN
        SELECT pg_catalog.rtrim(pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.jsonb_build_object(
                   'created_at', u.created_at, 'id', u.id)::pg_catalog.text, 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
        INTO v_cursor
        FROM auth.users AS u WHERE u.id = auth_keyset_answer.last_id;
        v_headers := pg_catalog.jsonb_build_object('Link', pg_catalog.format(
            '</auth/v1/admin/users?cursor=%s&limit=%s%s>; rel="next"', v_cursor, auth_keyset_answer.size,
            auth_keyset_answer.further));
    END IF;
    RETURN ROW(200, auth_keyset_answer.body || pg_catalog.jsonb_build_object('pagination', pg_catalog.jsonb_strip_nulls(
        pg_catalog.jsonb_build_object('has_more', auth_keyset_answer.more, 'next_cursor', v_cursor))), v_headers)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_keyset_answer(pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.bool,
                                                      pg_catalog.int8, pg_catalog.text)
    IS 'A page of users by keyset, with where the next begins.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_keyset_answer(pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.bool,
                                                             pg_catalog.int8, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_keyset_answer(pg_catalog.jsonb, pg_catalog.uuid, pg_catalog.bool,
                                                            pg_catalog.int8, pg_catalog.text)
    TO howdah_owner;
