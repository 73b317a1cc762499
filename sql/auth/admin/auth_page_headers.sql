-- howdah_private.auth_page_headers: X-Total-Count and Link of a page of a list.
--
-- Runs as   invoker.
-- Returns   headers as auth.answer has them. The parameter page stands first in each link: auth-js reads the
--           number from there.
CREATE FUNCTION howdah_private.auth_page_headers(
    path pg_catalog.text,
    number pg_catalog.int8,
    size pg_catalog.int8,
    total pg_catalog.int8,
    further pg_catalog.text DEFAULT ''
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_last pg_catalog.int8 := (auth_page_headers.total + auth_page_headers.size - 1) / auth_page_headers.size;
    v_rest pg_catalog.text := pg_catalog.format('&per_page=%s%s', auth_page_headers.size, auth_page_headers.further);
    v_link pg_catalog.text := '';
BEGIN
    IF auth_page_headers.number < v_last THEN
        v_link := pg_catalog.format('<%s?page=%s%s>; rel="next", ', auth_page_headers.path,
                                    auth_page_headers.number + 1, v_rest);
    END IF;
    v_link := v_link || pg_catalog.format('<%s?page=%s%s>; rel="last"', auth_page_headers.path, v_last, v_rest);
    RETURN pg_catalog.jsonb_build_object('Link', v_link, 'X-Total-Count', auth_page_headers.total::pg_catalog.text);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_page_headers(pg_catalog.text, pg_catalog.int8, pg_catalog.int8,
                                                     pg_catalog.int8, pg_catalog.text)
    IS 'X-Total-Count and Link of a page of a list.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_page_headers(pg_catalog.text, pg_catalog.int8, pg_catalog.int8,
                                                            pg_catalog.int8, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_page_headers(pg_catalog.text, pg_catalog.int8, pg_catalog.int8,
                                                           pg_catalog.int8, pg_catalog.text) TO howdah_owner;
