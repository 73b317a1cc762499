-- howdah_private.auth_erase_user: delete a user with everything of his in the tables of auth, and what outgoing messages and audit
-- entries tell of him.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    23503 if rows of the app forbid it.
CREATE FUNCTION howdah_private.auth_erase_user(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user  pg_catalog.text := auth_erase_user.user_id::pg_catalog.text;
    v_table record;
BEGIN
    PERFORM howdah_private.auth_end_sessions(auth_erase_user.user_id);
    PERFORM howdah_private.auth_erase_messages(auth_erase_user.user_id);
    -- An organisation that was his alone is his, too.
    DELETE FROM auth.organizations AS o
    WHERE o.id IN (SELECT m.organization_id FROM auth.organization_members AS m WHERE m.user_id = auth_erase_user.user_id)
      AND NOT EXISTS (SELECT 1 FROM auth.organization_members AS m
                      WHERE m.organization_id = o.id AND m.user_id <> auth_erase_user.user_id);
    UPDATE auth.audit_log_entries AS a
    SET ip_address = '',
        payload = ((a.payload::pg_catalog.jsonb - 'actor' - 'actor_name' - 'traits')
                  || '{"actor_id": "00000000-0000-0000-0000-000000000000", "actor_username": ""}'::pg_catalog.jsonb)::pg_catalog.json
    WHERE a.payload ->> 'actor_id' = v_user;
    UPDATE auth.audit_log_entries AS a
    SET payload = (a.payload::pg_catalog.jsonb - 'traits')::pg_catalog.json
    WHERE a.payload #>> '{traits,user_id}' = v_user;
    FOR v_table IN
        SELECT t.name, t.key, t.key_type FROM howdah_private.auth_account_tables() AS t WHERE t.name <> 'users' ORDER BY t.name
    LOOP
        EXECUTE pg_catalog.format('DELETE FROM auth.%I AS t WHERE t.%I = $1::%s', v_table.name, v_table.key, v_table.key_type)
            USING v_user;
    END LOOP;
    DELETE FROM auth.users AS u WHERE u.id = auth_erase_user.user_id;
    PERFORM howdah_private.auth_audit('user_forgotten', NULL, pg_catalog.jsonb_build_object(
        'subject', pg_catalog.encode(howdah_private.server_hmac('forgotten', v_user), 'hex')));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_erase_user(pg_catalog.uuid)
    IS 'Delete a user with everything of his in the tables of auth.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_erase_user(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_erase_user(pg_catalog.uuid)
    TO howdah_owner;
