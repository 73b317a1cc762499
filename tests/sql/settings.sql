-- Settings: defaults, overrides, checks, audit.
SELECT howdah.get('rest.max_rows') = '' AS unset, howdah.get('rest.schemas');
SELECT howdah.set('rest.max_rows', ' 100 ');
SELECT howdah.set('rest.server_timing', 'true');
SELECT howdah.set('app.settings.greeting', 'Grüße');
SELECT howdah.get('rest.max_rows'), howdah.get('rest.server_timing'), howdah.get('app.settings.greeting'),
       howdah.get('app.settings.nobody_set_this');
SELECT key, value, default_value, is_default FROM howdah.settings_all
WHERE NOT is_default OR key = 'rest.schemas' ORDER BY key;
SELECT count(*) > 10 AS many, count(*) FILTER (WHERE description IS NULL OR value_type IS NULL) AS unexplained
FROM howdah.settings_all WHERE key NOT LIKE 'app.%';
SELECT howdah.reset('rest.max_rows'), howdah.reset('rest.max_rows');
SELECT howdah.get('rest.max_rows') = '' AS unset;
-- Refused, and nothing is kept.
\set VERBOSITY sqlstate
SELECT howdah.set('rest.max_rows', 'many');
SELECT howdah.set('rest.maxrows', '1');
SELECT howdah.get('rest.maxrows');
SELECT howdah.set('rest.schemas', 'howdah_private');
SELECT howdah.set('rest.anon_role', 'service_role');
SELECT howdah.set('rest.anon_role', 'dba');
SELECT howdah.set('rest.anon_role', 'authenticated');
SELECT howdah.reset('rest.anon_role');
SELECT howdah.set(NULL, '1') IS NULL AS nothing;
\set VERBOSITY default
-- The audit names keys, never values.
SELECT actor, action, detail FROM howdah.audit ORDER BY id;
-- A change is announced by a trigger on each of the tables.
SELECT tgrelid::regclass, pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgname = 'config_changed' ORDER BY tgrelid::regclass::text;
