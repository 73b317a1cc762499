//! The HTTP side of `/rest/v1` against a database that is played: what reaches the planner, and what the client gets.

mod calls;
mod fake;
mod hostile;
mod options;
mod reads;
mod writes;
