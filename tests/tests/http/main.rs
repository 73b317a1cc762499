//! Black-box tests over HTTP (and psql beside it), a module for each route family, on one Howdah for the whole run.
#![forbid(unsafe_code)]

mod auth_mfa;
mod auth_oauth_server;
mod auth_passkeys;
mod auth_sessions;
mod chinook;
mod ddl;
mod jail;
mod library;
mod openapi;
mod parity;
mod proxy;
mod rest_aggregates;
mod rest_bulk_update;
mod rest_codes;
mod rest_domains;
mod rest_embed;
mod rest_errors;
mod rest_etag;
mod rest_functions;
mod rest_headers;
mod rest_keyset;
mod rest_limits;
mod rest_media;
mod rest_nested;
mod rest_query_method;
mod rest_read;
mod rest_reading;
mod rest_reading_values;
mod rest_rpc;
mod rest_schemas;
mod rest_upsert;
mod rest_write;
mod rest_writing;
mod routes;
mod tokens;
