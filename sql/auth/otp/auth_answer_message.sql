-- howdah_private.auth_answer_message: {"message_id"}; where none was sent, an id that no message has.
CREATE FUNCTION howdah_private.auth_answer_message(id pg_catalog.text)
RETURNS auth.answer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(200, pg_catalog.jsonb_build_object('message_id',
        COALESCE(auth_answer_message.id, pg_catalog.gen_random_uuid()::pg_catalog.text)), NULL)::auth.answer
$$;
COMMENT ON FUNCTION howdah_private.auth_answer_message(pg_catalog.text)
    IS '{"message_id"}; where none was sent, an id that no message has.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_answer_message(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_answer_message(pg_catalog.text) TO howdah_owner;
