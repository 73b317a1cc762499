//! The table of codes: the dialect's (PGRSTnnn) and our own (HWnnn).

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    pub code: &'static str,
    pub status: u16,
    /// Each `{}` takes an argument.
    pub message: &'static str,
    /// When it happens, for the docs.
    pub about: &'static str,
}

macro_rules! codes {
    ($($name:ident $code:literal $status:literal $message:literal $about:literal;)*) => {
        /// A code that we raise ourselves. Errors of Postgres keep their SQLSTATE instead.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!($code, " (", stringify!($status), "): ", $about)] $name,)*
        }

        impl Code {
            /// All codes, in order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code of this name.
            #[must_use]
            pub fn find(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.spec().code == code)
            }

            pub const fn spec(self) -> Spec {
                match self {
                    $(Self::$name => Spec {
                        code: $code,
                        status: $status,
                        message: $message,
                        about: $about,
                    },)*
                }
            }
        }
    };
}

codes! {
    QueryParameter "PGRST100" 400 "{}" "a query parameter does not parse";
    RpcMethod "PGRST101" 405 "Cannot use the {} method on RPC" "functions take GET, HEAD and POST only";
    Body "PGRST102" 400 "{}" "the body cannot be read as its Content-Type says";
    Range "PGRST103" 416 "Requested range not satisfiable" "the range is empty, negative or beyond the last row";
    PutFilters "PGRST105" 405 "Filters must include all and only primary key columns with 'eq' operators" "PUT without the whole key as filter";
    Schema "PGRST106" 406 "Invalid schema: {}" "Accept-Profile or Content-Profile names a schema that is not exposed";
    MediaType "PGRST107" 406 "None of these media types are available: {}" "Accept names nothing that can be made";
    NotEmbedded "PGRST108" 400 "'{}' is not an embedded resource in this request" "a filter, order or limit names an embed that select does not";
    LimitOrder "PGRST109" 400 "A 'limit' was applied without an explicit 'order'" "PATCH or DELETE with limit or offset, and no order that says which rows are the first";
    ResponseHeaders "PGRST111" 500 "response.headers guc must be a JSON array composed of objects with a single key and a string value" "SQL has set response.headers to something else";
    ResponseStatus "PGRST112" 500 "response.status guc must be a valid status code" "SQL has set response.status to something else";
    PutRange "PGRST114" 400 "limit/offset querystring parameters are not allowed for PUT" "PUT with limit or offset";
    PutKey "PGRST115" 400 "Payload values do not match URL in primary key column(s)" "PUT of a row other than the URL names";
    NotSingle "PGRST116" 406 "Cannot coerce the result to a single JSON object" "one row was asked for, none or several came";
    Method "PGRST117" 405 "Unsupported HTTP method: {}" "an unknown method";
    RelatedOrder "PGRST118" 400 "A related order on '{}' is not possible" "order by an embed that is not to-one";
    EmbedFilter "PGRST120" 400 "Bad operator on the '{}' embedded resource" "a filter on an embed other than is null";
    RaisedResponse "PGRST121" 500 "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error" "SQL raised SQLSTATE PGRST without the JSON it needs";
    Preferences "PGRST122" 400 "Invalid preferences given with handling=strict" "Prefer: handling=strict with an unknown preference";
    Aggregates "PGRST123" 400 "Use of aggregate functions is not allowed" "rest.aggregates_enabled is off";
    MaxAffected "PGRST124" 400 "Query result exceeds max-affected preference constraint" "more rows than Prefer: max-affected allows";
    Path "PGRST125" 404 "Invalid path specified in request URL" "neither a table, nor rpc/function";
    OpenApi "PGRST126" 404 "Root endpoint metadata is disabled" "the root has no OpenAPI document";
    NotImplemented "PGRST127" 400 "Feature not implemented" "a combination that the dialect leaves out";
    MaxAffectedRpc "PGRST128" 400 "Function must return SETOF or TABLE when max-affected preference is used with handling=strict" "max-affected on a function that returns one value";
    NoRelationship "PGRST200" 400 "Could not find a relationship between '{}' and '{}' in the schema cache" "an embed without a foreign key";
    AmbiguousRelationship "PGRST201" 300 "Could not embed because more than one relationship was found for '{}' and '{}'" "an embed with several foreign keys and no hint";
    NoFunction "PGRST202" 404 "Could not find the function {} in the schema cache" "no function of that name takes those arguments";
    AmbiguousFunction "PGRST203" 300 "Could not choose the best candidate function between: {}" "several overloads take those arguments";
    NoColumn "PGRST204" 400 "Could not find the '{}' column of '{}' in the schema cache" "a written column does not exist";
    NoTable "PGRST205" 404 "Could not find the table '{}' in the schema cache" "no such table or view in the schema";
    ReadOnly "55000" 405 "cannot {} {} \"{}\"" "a write to a view, materialized view or foreign table that takes none";
    Database "PGRST001" 503 "Database client error. Retrying the connection." "no connection to Postgres";
    NoTokenKey "PGRST300" 500 "Server lacks JWT secret" "no key to verify tokens with";
    TokenUnreadable "PGRST301" 401 "{}" "the token cannot be read or verified";
    TokenRequired "PGRST302" 401 "Anonymous access is disabled" "no token, and no anonymous role";
    TokenClaims "PGRST303" 401 "{}" "the token's claims are expired, not yet valid or malformed";
    AmbiguousConflict "HW110" 400 "on_conflict means more than one unique index" "several partial or computed unique indexes are over the columns of on_conflict";
    BulkKey "HW111" 400 "Each element of the body needs its key" "PATCH with an array, and an element without the primary key or the columns of on_conflict";
    BulkTwice "HW112" 400 "Two elements of the body have the same key" "PATCH with an array that has two values for one row";
    BulkUnmatched "HW113" 400 "Some elements of the body match no row" "PATCH with an array and handling=strict: an element has no row to update";
    MaxCost "HWL01" 429 "The request is too costly" "the planner's estimate is above howdah.max_cost of the role, or limits.max_cost; nothing ran";
    MaxRows "HWL02" 413 "The result has too many rows" "more rows than howdah.max_rows of the role, or limits.max_rows";
    MaxTouched "HWL03" 413 "Too many rows would be written" "more rows than howdah.max_touched of the role, or limits.max_touched; nothing was written";
    NestedBody "HW120" 400 "{}" "Prefer: nested, and a member of the body that is not what its relation needs";
    NestedTie "HW121" 400 "The rows of {} cannot be told apart once they are written" "Prefer: nested, and no key to find out which written row is which element's";
    BadRequest "HW400" 400 "{}" "the request is malformed below the dialect: not UTF-8, or NUL";
    Unsigned "HW401" 401 "The signature does not hold" "a webhook, or a notice of a provider, that is not signed with the secret that we have";
    NotFound "HW404" 404 "No such route" "no route has this path";
    MethodNotAllowed "HW405" 405 "Method not allowed" "the route exists for other methods";
    RequestTimeout "HW408" 408 "The request body did not arrive in time" "the client sends too slowly";
    Precondition "HW412" 412 "The precondition failed" "a row is missing, or not as If-Match says; or there already, under If-None-Match: *";
    TooLarge "HW413" 413 "The request body is larger than this route allows" "a route's limit, 1 MiB by default";
    TargetTooLong "HW414" 414 "The request target is too long" "path and query together are limited";
    ContentEncoding "HW415" 415 "Encoded request bodies are not accepted" "Content-Encoding on a request";
    QueryContent "HW416" 415 "The content of QUERY must be a query string, application/x-www-form-urlencoded" "QUERY with content of another type";
    TooManyRequests "HW429" 429 "Too many requests" "a rate limit";
    HeadersTooLarge "HW431" 431 "The request headers are too large" "all headers together are limited";
    Keyset "HW450" 400 "Keyset pages are not possible here: {}" "Prefer: page=keyset, or a cursor, without an order that is total";
    Cursor "HW451" 400 "The cursor does not fit this request" "a cursor that is damaged, or of another table or order";
    Internal "HW500" 500 "Something went wrong inside" "a fault of ours; the log has it under the request id";
    Lost "HW502" 503 "The connection to the database was lost; whether the request took effect is not known" "Postgres went away while a write ran";
    Unavailable "HW503" 503 "The service is not available now; try again" "too many requests at once, or a server that stops; see Retry-After";
    Timeout "HW504" 504 "The request took too long" "the route's time limit";
}
