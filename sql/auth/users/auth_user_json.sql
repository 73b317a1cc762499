-- howdah_private.auth_user_json: a user as the dialect shows him, identities and factors included.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the document of auth.user_documents; NULL if there is no such user.
CREATE FUNCTION howdah_private.auth_user_json(user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT u.document::pg_catalog.jsonb FROM auth.user_documents AS u WHERE u.id = auth_user_json.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) IS 'A user as the dialect shows him.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_user_json(pg_catalog.uuid) TO howdah_owner;
