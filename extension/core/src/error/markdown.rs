//! The error tables as Markdown, for docs/ERRORS.md.

use super::{codes::Code, database::STATUS};
use std::fmt::Write as _;

/// The whole document: every code of ours, then SQLSTATE to status.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Errors\n\n\
         Generated from `extension/core/src/error/`; do not edit.\n\n\
         Every error body is `{\"code\",\"details\",\"hint\",\"message\"}`, `null` where absent. \
         Match the code, never the words.\n\n\
         ## Codes\n\n\
         | code | status | message | when |\n|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let spec = code.spec();
        let message = spec.message.replace("{}", "…").replace('|', "\\|");
        // Writing into a String cannot fail.
        let _ = writeln!(out, "| {} | {} | {message} | {} |", spec.code, spec.status, spec.about);
    }
    out.push_str(
        "\n## Errors of Postgres\n\n\
         The code is the SQLSTATE. The longest matching beginning decides the status; anything else is 400.\n\n\
         | SQLSTATE | status | meaning |\n|---|---|---|\n",
    );
    for (state, status, meaning) in STATUS {
        let dots = if state.len() < 5 { "…" } else { "" };
        let _ = writeln!(out, "| {state}{dots} | {status} | {meaning} |");
    }
    out.push_str(
        "| PTnnn | nnn | raised by your own SQL to answer with that status |\n\
         | PGRST | as raised | raised by your own SQL to set the whole response |\n\n\
         A 5xx shows a public text only; the log has the rest under the request id. \
         `howdah.error_detail = 'safe'` withholds details, hints, values and names of 4xx too.\n",
    );
    out
}
