-- howdah_private.auth_read_django_user: a user of `manage.py dumpdata auth.user` in the form that auth_import_user takes.
--
-- Django has no confirmed addresses of its own: email_confirmed is what the DBA says of them all.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_read_django_user(entry pg_catalog.jsonb, email_confirmed pg_catalog.bool)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object(
        'source_id', u.entry ->> 'pk',
        'id', howdah_private.auth_import_id('django', u.entry ->> 'pk'),
        'email', NULLIF(u.fields ->> 'email', ''), 'email_confirmed', u.email_confirmed,
        -- Django puts the name of the algorithm before what others know without.
        'password_hash', CASE WHEN u.fields ->> 'password' LIKE '!%' THEN NULL
                              WHEN u.fields ->> 'password' LIKE 'argon2$%' THEN pg_catalog.substr(u.fields ->> 'password', 7)
                              WHEN u.fields ->> 'password' LIKE 'bcrypt$%' THEN pg_catalog.substr(u.fields ->> 'password', 8)
                              ELSE NULLIF(u.fields ->> 'password', '') END,
        'user_metadata', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'username', u.fields -> 'username',
            'full_name', NULLIF(pg_catalog.btrim(pg_catalog.concat_ws(' ', u.fields ->> 'first_name', u.fields ->> 'last_name')), ''))),
        'app_metadata', pg_catalog.jsonb_build_object('django', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'pk', u.entry -> 'pk', 'is_staff', u.fields -> 'is_staff', 'is_superuser', u.fields -> 'is_superuser'))),
        'created_at', u.fields -> 'date_joined', 'last_sign_in_at', u.fields -> 'last_login',
        'banned', NOT COALESCE((u.fields ->> 'is_active')::pg_catalog.bool, true))
    FROM (SELECT auth_read_django_user.entry, auth_read_django_user.entry -> 'fields' AS fields,
                 COALESCE(auth_read_django_user.email_confirmed, false) AS email_confirmed) AS u
$$;
COMMENT ON FUNCTION howdah_private.auth_read_django_user(pg_catalog.jsonb, pg_catalog.bool)
    IS 'A user of manage.py dumpdata auth.user in the form that auth_import_user takes.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_django_user(pg_catalog.jsonb, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_django_user(pg_catalog.jsonb, pg_catalog.bool)
    TO howdah_owner;
