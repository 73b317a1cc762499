-- Types of accounts. The tables that use them are ordinary objects: DROP EXTENSION refuses while they are there.
CREATE TYPE auth.answer AS (
    status  pg_catalog.int4,
    body    pg_catalog.json,
    headers pg_catalog.jsonb
);
COMMENT ON TYPE auth.answer IS 'What a flow answers: HTTP status, JSON body, headers as an object of texts or arrays of texts.';

CREATE TYPE howdah_private.auth_caller AS (
    refusal    auth.answer,
    user_id    pg_catalog.uuid,
    session_id pg_catalog.uuid,
    aal        pg_catalog.text,
    amr        pg_catalog.jsonb,
    claims     pg_catalog.jsonb
);
COMMENT ON TYPE howdah_private.auth_caller IS 'The signed-in user who asks; refusal where there is none.';

-- As the dialect's tables have them.
CREATE TYPE auth.aal_level AS ENUM ('aal1', 'aal2', 'aal3');
CREATE TYPE auth.code_challenge_method AS ENUM ('s256', 'plain');
CREATE TYPE auth.factor_status AS ENUM ('unverified', 'verified');
CREATE TYPE auth.factor_type AS ENUM ('totp', 'webauthn', 'phone', 'recovery_code');
CREATE TYPE auth.one_time_token_type AS ENUM (
    'confirmation_token', 'reauthentication_token', 'recovery_token', 'email_change_token_new',
    'email_change_token_current', 'phone_change_token');

REVOKE USAGE ON TYPE auth.answer, howdah_private.auth_caller, auth.aal_level, auth.code_challenge_method,
    auth.factor_status, auth.factor_type, auth.one_time_token_type FROM PUBLIC;
GRANT USAGE ON TYPE auth.answer, howdah_private.auth_caller, auth.aal_level, auth.code_challenge_method,
    auth.factor_status, auth.factor_type, auth.one_time_token_type TO howdah_owner;
-- What calls a flow sees its answer.
GRANT USAGE ON TYPE auth.answer TO anon, authenticated, service_role;
