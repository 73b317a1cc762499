//! The pgrx shell.
pgrx::pg_module_magic!();
