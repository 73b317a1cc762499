-- auth.import_users: bring users from another system, with their passwords as they are hashed there. Tables of Supabase Auth need
-- none of this: their dump goes in as it is (docs/AUTH.md, Moving in).
--
-- Runs as   definer: writes auth.users. EXECUTE is nobody's: superusers have it.
-- Writes    users and identities; one howdah.audit row with the counts. A user who is there already (same id) is left as he is, so that it
--           can be called again, and in parts.
-- Returns   a line an entry: its id there, the user's id here, made | exists | refused, and what is wrong.
-- Arguments users: {"users": […]} of firebase auth:export, the array of manage.py dumpdata auth.user, or an array of objects with id,
--           email, phone, email_confirmed, phone_confirmed, password_hash, user_metadata, app_metadata, created_at,
--           last_sign_in_at, banned, identities (system 'plain').
--           options: firebase: {"hash": {base64_signer_key, base64_salt_separator, rounds, mem_cost}}; django: {"email_confirmed": true}
--           if addresses were confirmed there. Without it users confirm theirs first: an address that nobody has confirmed must
--           not be linked with who proves it elsewhere.
-- Raises    22023 for another system, or users that are no array.
CREATE FUNCTION auth.import_users(
    users pg_catalog.jsonb,
    system pg_catalog.text,
    options pg_catalog.jsonb DEFAULT '{}',
    OUT source_id pg_catalog.text,
    OUT user_id pg_catalog.uuid,
    OUT status pg_catalog.text,
    OUT problem pg_catalog.text
)
RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_users  pg_catalog.jsonb := CASE WHEN pg_catalog.jsonb_typeof(import_users.users) = 'object'
                                      THEN import_users.users -> 'users' ELSE import_users.users END;
    v_item   pg_catalog.jsonb;
    v_entry  pg_catalog.jsonb;
    v_done   record;
    v_made   pg_catalog.int8 := 0;
    v_all    pg_catalog.int8 := 0;
BEGIN
    IF pg_catalog.jsonb_typeof(v_users) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'users must be an array, or an object with one' USING ERRCODE = 'invalid_parameter_value';
    ELSIF import_users.system IS NULL OR import_users.system NOT IN ('firebase', 'django', 'plain') THEN
        RAISE EXCEPTION 'system must be firebase, django or plain' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR v_item IN SELECT e.item FROM pg_catalog.jsonb_array_elements(v_users) AS e (item) LOOP
        v_all := v_all + 1;
        BEGIN
            v_entry := CASE import_users.system
                WHEN 'firebase' THEN howdah_private.auth_read_firebase_user(v_item, import_users.options -> 'hash')
                WHEN 'django' THEN howdah_private.auth_read_django_user(v_item, (import_users.options ->> 'email_confirmed')::pg_catalog.bool)
                ELSE v_item || pg_catalog.jsonb_build_object(
                    'source_id', v_item -> 'id', 'id', howdah_private.auth_import_id('plain', v_item ->> 'id')) END;
        EXCEPTION
            WHEN data_exception THEN
                v_entry := pg_catalog.jsonb_build_object('source_id', COALESCE(v_item ->> 'localId', v_item ->> 'pk', v_item ->> 'id'));
        END;
        SELECT i.status, i.problem INTO v_done FROM howdah_private.auth_import_user(v_entry) AS i;
        source_id := v_entry ->> 'source_id';
        user_id := v_entry ->> 'id';
        status := v_done.status;
        problem := v_done.problem;
        v_made := v_made + CASE WHEN status = 'made' THEN 1 ELSE 0 END;
        RETURN NEXT;
    END LOOP;
    PERFORM howdah_private.record_audit('auth.import_users', pg_catalog.jsonb_build_object(
        'system', import_users.system, 'entries', v_all, 'made', v_made));
END
$$;
ALTER FUNCTION auth.import_users(pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.import_users(pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb)
    IS 'Bring users from another system, with their passwords as they are hashed there.';
REVOKE EXECUTE ON FUNCTION auth.import_users(pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
