-- Which roles a token may name.
SELECT role, bypass FROM howdah.roles ORDER BY role;
CREATE ROLE sql_test_clerk;
CREATE ROLE "sql_test Clerk ""x""";
SELECT howdah.allow_role('sql_test_clerk');
SELECT howdah.allow_role('sql_test Clerk "x"');
SELECT howdah.allow_role('sql_test_clerk');
SELECT role, bypass FROM howdah.roles ORDER BY role COLLATE "C";
SELECT howdah.disallow_role('sql_test_clerk'), howdah.disallow_role('sql_test_clerk');
-- service_role can be withheld and given back; it alone may bypass policies.
SELECT howdah.disallow_role('service_role');
SELECT howdah.allow_role('service_role');
SELECT role, bypass FROM howdah.roles WHERE bypass;
-- Never these.
CREATE ROLE sql_test_super SUPERUSER;
CREATE ROLE sql_test_bypass BYPASSRLS;
CREATE ROLE sql_test_createrole CREATEROLE;
CREATE ROLE sql_test_replication REPLICATION;
CREATE ROLE sql_test_in_super IN ROLE sql_test_super;
CREATE ROLE sql_test_in_in_owner;
CREATE ROLE sql_test_in_owner IN ROLE howdah_owner ROLE sql_test_in_in_owner;
CREATE ROLE sql_test_programs IN ROLE pg_execute_server_program;
SELECT howdah.allow_role('sql_test_super');
SELECT howdah.allow_role('sql_test_bypass');
SELECT howdah.allow_role('sql_test_createrole');
SELECT howdah.allow_role('sql_test_replication');
SELECT howdah.allow_role('sql_test_in_super');
SELECT howdah.allow_role('sql_test_in_in_owner');
SELECT howdah.allow_role('sql_test_programs');
SELECT howdah.allow_role('howdah_owner');
SELECT howdah.allow_role('howdah_proxy');
SELECT howdah.allow_role('howdah_courier');
SELECT howdah.allow_role('pg_read_server_files');
SELECT howdah.allow_role('nobody_here');
SELECT role FROM howdah.roles WHERE role LIKE 'sql_test%' ORDER BY role;
SELECT action, detail FROM howdah.audit ORDER BY id;
DROP ROLE sql_test_clerk, "sql_test Clerk ""x""", sql_test_super, sql_test_bypass, sql_test_createrole,
    sql_test_replication, sql_test_in_super, sql_test_in_in_owner, sql_test_in_owner, sql_test_programs;
