-- The schemas. Plain CREATE: a schema of that name which is there already belongs to somebody else,
-- and whatever he put into it would be taken for ours.
CREATE SCHEMA howdah;
COMMENT ON SCHEMA howdah IS 'Howdah: functions for the DBA and the gateway; the tables that hold its configuration.';
GRANT USAGE ON SCHEMA howdah
    TO howdah_owner, howdah_proxy, howdah_courier, anon, authenticated, service_role;

CREATE SCHEMA howdah_private;
COMMENT ON SCHEMA howdah_private IS 'Howdah: what its own functions call. Nothing here is an interface.';
GRANT USAGE ON SCHEMA howdah_private TO howdah_owner;

CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS 'Who is asking: auth.uid(), auth.role(), auth.email(), auth.jwt().';
-- Any role may own a table whose policy asks who is asking.
GRANT USAGE ON SCHEMA auth TO PUBLIC;

CREATE SCHEMA queue;
COMMENT ON SCHEMA queue IS 'Queues: queue.send(), queue.read(), queue.delete() and their like.';
-- The schema shows names to everybody; each function in it has its own grants.
GRANT USAGE ON SCHEMA queue TO PUBLIC;

CREATE SCHEMA jobs;
COMMENT ON SCHEMA jobs IS 'Jobs: jobs.enqueue(), jobs.schedule() and their like.';
GRANT USAGE ON SCHEMA jobs TO PUBLIC;

-- howdah_owner makes tables in it as time passes.
CREATE SCHEMA howdah_archive AUTHORIZATION howdah_owner;
COMMENT ON SCHEMA howdah_archive IS 'Partitions by day (howdah_private.keep_partitions), and what each queue has of its own.';
