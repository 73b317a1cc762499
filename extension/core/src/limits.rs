//! Every bound that a request can meet, in one place. Units in the names' comments.

/// Parameters in one query string.
pub const PARAMS: usize = 1_000;
/// Depth of nested select items and logic trees.
pub const DEPTH: usize = 32;
/// Bytes of a request target.
pub const TARGET: usize = 64 * 1024;
/// Depth of a JSON body.
pub const JSON_DEPTH: usize = 64;
/// Embedded relations in one request.
pub const EMBEDS: usize = 64;
/// Items of `select=`, nested ones counted. With the terms below, fewer than the 1,664 columns that Postgres has room for.
pub const SELECT: usize = 1_000;
/// Columns of a result, each `*` counting as all that it stands for.
pub const RESULT: usize = 1_600;
/// The same with what orders or groups it: Postgres has room for 1,664, and we add a few of our own.
pub const RESULT_ORDERED: usize = 1_650;
/// Terms of all `order=` together.
pub const ORDER: usize = 500;
/// Columns of a key: no index of Postgres has more.
pub const KEY: usize = 32;
/// Conditions of all `having=` together.
pub const HAVING: usize = 100;
/// Values that an aggregate takes beside its column.
pub const AGGREGATE_ARGUMENTS: usize = 8;
/// Columns that a request writes or names in `columns=`: no table of Postgres has more.
pub const COLUMNS: usize = 1_600;
/// Bytes of a regular expression in a filter.
pub const REGEX: usize = 100;
/// Largest repeat count of a bounded quantifier in a regular expression; quantifiers do not nest.
pub const REGEX_REPEAT: usize = 20;
/// Compiled requests kept in one backend.
pub const PLANS: usize = 500;
/// Bytes of a token.
pub const TOKEN: usize = 16 * 1024;
/// Bytes of a token's header, in base64url.
pub const TOKEN_HEADER: usize = 1024;
/// Characters of a key id.
pub const KID: usize = 64;
/// Keys of one row of a JSON body, nested ones counted.
pub const JSON_KEYS: usize = 10_000;
/// Characters of one number in a JSON body. Longer numerics can be sent as strings.
pub const JSON_DIGITS: usize = 64;
/// Routes of the database.
pub const ROUTES: usize = 2_000;
/// Segments of a route's pattern.
pub const SEGMENTS: usize = 32;
/// Rows of a nested insert, of all levels together.
pub const NESTED_ROWS: usize = 10_000;
/// Relations that the body of a nested insert names, the root counted.
pub const NESTED_LEVELS: usize = 32;
/// How deep they are nested in one another.
pub const NESTED_DEPTH: usize = 8;
