//! Black-box tests over HTTP (and psql beside it), a module for each route family, on one Howdah for the whole run.
#![forbid(unsafe_code)]

mod rest_read;
