-- auth.erase_account: the tables of auth without a user. auth.forget is what to call.
--
-- Runs as   definer: deletes from the tables of auth. EXECUTE is service_role's.
-- Writes    unless dry_run: deletes his rows in every table of auth that has user_id, then the user (what refers to him follows its own
--           ON DELETE); audit entries lose actor, address and traits; his outgoing mails and messages go; one audit row whose subject is a
--           keyed hash: who knows the id can find it, nobody else can tell whom it was.
-- Returns   a line a table: delete or anonymise, and how many rows.
-- Raises    P0002 for a user that there is not; 23503 if rows of the app forbid it.
CREATE FUNCTION auth.erase_account(
    user_id pg_catalog.uuid,
    dry_run pg_catalog.bool,
    OUT relation pg_catalog.text,
    OUT action pg_catalog.text,
    OUT rows pg_catalog.int8
)
RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = erase_account.user_id) THEN
        RAISE EXCEPTION 'there is no such user' USING ERRCODE = 'no_data_found';
    END IF;
    FOR v_table IN
        SELECT t.name, t.key, t.key_type FROM howdah_private.auth_account_tables() AS t ORDER BY t.name = 'users', t.name
    LOOP
        EXECUTE pg_catalog.format('SELECT pg_catalog.count(*) FROM auth.%I AS t WHERE t.%I = $1::pg_catalog.text::%s',
                                  v_table.name, v_table.key, v_table.key_type)
        INTO rows USING erase_account.user_id;
        CONTINUE WHEN rows = 0;
        relation := 'auth.' || v_table.name; action := 'delete';
        RETURN NEXT;
    END LOOP;
    SELECT pg_catalog.count(*) INTO rows FROM auth.audit_log_entries AS a
    WHERE a.payload ->> 'actor_id' = erase_account.user_id::pg_catalog.text
       OR a.payload #>> '{traits,user_id}' = erase_account.user_id::pg_catalog.text;
    IF rows > 0 THEN
        relation := 'auth.audit_log_entries'; action := 'anonymise';
        RETURN NEXT;
    END IF;
    SELECT pg_catalog.count(*) INTO rows
    FROM (SELECT o.id FROM howdah.outbox AS o WHERE o.user_id = erase_account.user_id
          UNION
          SELECT o.id FROM howdah.outbox AS o
          WHERE o.kind IN ('email', 'sms')
            AND o.recipient = ANY (ARRAY(SELECT pg_catalog.unnest(ARRAY[u.email::pg_catalog.text, u.phone])
                                         FROM auth.users AS u WHERE u.id = erase_account.user_id))) AS m;
    IF rows > 0 THEN
        relation := 'howdah.outbox'; action := 'delete';
        RETURN NEXT;
    END IF;
    IF NOT erase_account.dry_run THEN
        PERFORM howdah_private.auth_erase_user(erase_account.user_id);
    END IF;
END
$$;
ALTER FUNCTION auth.erase_account(pg_catalog.uuid, pg_catalog.bool)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.erase_account(pg_catalog.uuid, pg_catalog.bool)
    IS 'The tables of auth without a user; auth.forget is what to call.';
REVOKE EXECUTE ON FUNCTION auth.erase_account(pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.erase_account(pg_catalog.uuid, pg_catalog.bool)
    TO service_role;
