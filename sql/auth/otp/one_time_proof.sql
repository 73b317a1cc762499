-- howdah_private.one_time_proof: what a one-time secret proved, once. All NULL: nothing.
CREATE TYPE howdah_private.one_time_proof AS (
    token_id      pg_catalog.uuid,
    user_id       pg_catalog.uuid,
    token_type    auth.one_time_token_type,
    purpose       pg_catalog.text,
    relates_to    pg_catalog.text,
    redirect_to   pg_catalog.text,
    flow_state_id pg_catalog.uuid
);
COMMENT ON TYPE howdah_private.one_time_proof IS 'What a one-time secret proved; all NULL: nothing.';
REVOKE USAGE ON TYPE howdah_private.one_time_proof FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.one_time_proof TO howdah_owner;
