-- howdah_private.auth_read_page: the query parameters page and per_page of a list.
--
-- Runs as   invoker.
-- Returns   page (from 1) and size (1 to 1000; more is 1000), or the refusal of what is no number.
CREATE FUNCTION howdah_private.auth_read_page(
    page pg_catalog.text,
    per_page pg_catalog.text,
    OUT number pg_catalog.int8,
    OUT size pg_catalog.int8,
    OUT refusal auth.answer
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_given pg_catalog.text;
BEGIN
    -- Clients send "" for what they leave out.
    FOREACH v_given IN ARRAY ARRAY[COALESCE(auth_read_page.page, ''), COALESCE(auth_read_page.per_page, '')] LOOP
        IF v_given <> '' AND v_given !~ '^[0-9]{1,18}$' THEN
            refusal := howdah_private.auth_refuse('validation_failed', pg_catalog.format(
                'Bad Pagination Parameters: not a number: "%s"', pg_catalog.left(v_given, 40)));
            RETURN;
        END IF;
    END LOOP;
    number := GREATEST(COALESCE(NULLIF(auth_read_page.page, ''), '1')::pg_catalog.int8, 1);
    size := COALESCE(NULLIF(auth_read_page.per_page, ''), '50')::pg_catalog.int8;
    IF size = 0 THEN
        refusal := howdah_private.auth_refuse(
            'validation_failed', 'Bad Pagination Parameters: per_page must be greater than 0');
    END IF;
    size := LEAST(size, 1000);
    -- Beyond any table, and far from overflow when multiplied.
    number := LEAST(number, 1000000000);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_page(pg_catalog.text, pg_catalog.text)
    IS 'The query parameters page and per_page of a list, or the refusal of what is no number.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_page(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_page(pg_catalog.text, pg_catalog.text) TO howdah_owner;
