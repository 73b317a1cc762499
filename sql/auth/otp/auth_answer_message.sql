-- howdah_private.auth_answer_message: {"message_id"}: a digest of the message's id, which says neither how many messages there
-- were nor whether there was one (NULL).
CREATE FUNCTION howdah_private.auth_answer_message(id pg_catalog.text)
RETURNS auth.answer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(200, pg_catalog.jsonb_build_object('message_id', pg_catalog.encode(pg_catalog.substr(
        howdah_private.server_hmac('message_id', COALESCE(auth_answer_message.id, howdah_private.random_token(24))),
        1, 16), 'hex')::pg_catalog.uuid), NULL)::auth.answer
$$;
COMMENT ON FUNCTION howdah_private.auth_answer_message(pg_catalog.text)
    IS '{"message_id"}, whether or not there was a message.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_answer_message(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_answer_message(pg_catalog.text) TO howdah_owner;
