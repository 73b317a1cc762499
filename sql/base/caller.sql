-- howdah_private.caller: who called, as a definer function may know it: the role that was current at the call.
--
-- A function of howdah_owner sees itself as current_user, and what it is told in an argument could be anybody's name. So
-- the argument has this type, and its default is the function below, which Postgres evaluates as the caller. No other
-- value of the type can be had: it is read from no text, JSON or wire, and nobody may make a column, a function or a
-- domain of it, in which another's value could be caught.
CREATE TYPE howdah_private.caller;
CREATE FUNCTION howdah_private.caller_in(pg_catalog.cstring) RETURNS howdah_private.caller
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'internal_in';
CREATE FUNCTION howdah_private.caller_out(howdah_private.caller) RETURNS pg_catalog.cstring
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'nameout';
CREATE TYPE howdah_private.caller (
    INPUT = howdah_private.caller_in, OUTPUT = howdah_private.caller_out, LIKE = pg_catalog.name
);
COMMENT ON TYPE howdah_private.caller IS 'The role on whose behalf a definer function works; made by howdah_private.caller() alone.';
REVOKE USAGE ON TYPE howdah_private.caller FROM PUBLIC;
CREATE CAST (howdah_private.caller AS pg_catalog.name) WITHOUT FUNCTION AS IMPLICIT;

-- Its value is the current role, which is no secret to whoever it is: any role may call a function that asks for it.
CREATE FUNCTION howdah_private.caller() RETURNS howdah_private.caller
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'howdah_caller';
COMMENT ON FUNCTION howdah_private.caller_in(pg_catalog.cstring) IS 'Refuses: no text is a caller.';
COMMENT ON FUNCTION howdah_private.caller_out(howdah_private.caller) IS 'The name of the role.';
COMMENT ON FUNCTION howdah_private.caller() IS 'The current role, as the default of an argument that nobody can fill in himself.';
REVOKE EXECUTE ON FUNCTION howdah_private.caller_in(pg_catalog.cstring) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION howdah_private.caller_out(howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.caller() TO PUBLIC;
