//! Every setting: its key, type, default, meaning, and how a value is read.

use super::{ErrorDetail, ErrorVerbosity, OpenApiMode, Settings, Tags, TxEnd, values};
use crate::claim_path::ClaimPath;

pub(super) const BOOLEAN: &str = "on or off";

/// One setting.
pub struct Definition {
    pub key: &'static str,
    /// For people: `on|off`, `list of names` …
    pub kind: &'static str,
    /// Empty: unset.
    pub default: &'static str,
    pub description: &'static str,
    pub(super) set: fn(&mut Settings, &str) -> Result<(), String>,
}

/// All settings in the order that documents show, `app.settings.*` apart.
#[must_use]
pub fn definitions() -> &'static [Definition] {
    DEFINITIONS
}

const DEFINITIONS: &[Definition] = &[
    Definition {
        key: "rest.schemas",
        kind: "list of schemas",
        default: "public",
        description: "Schemas that /rest/v1 serves; the first is used when a request names none.",
        set: |s, v| values::schemas(v).map(|v| s.rest.schemas = v),
    },
    Definition {
        key: "rest.extra_search_path",
        kind: "list of schemas",
        default: "public",
        description: "Schemas added to the search path of a request, for functions, types and operators.",
        set: |s, v| values::names(v).map(|v| s.rest.extra_search_path = v),
    },
    Definition {
        key: "rest.anon_role",
        kind: "role",
        default: "anon",
        description: "Role of a request without token or API key. Empty: such requests are refused.",
        set: |s, v| values::optional(v, values::name).map(|v| s.rest.anon_role = v),
    },
    Definition {
        key: "rest.pre_request",
        kind: "function",
        default: "",
        description: "A function without arguments, called in the request's role before its work; it may raise, or call howdah.enter_role().",
        set: |s, v| values::optional(v, values::function).map(|v| s.rest.pre_request = v),
    },
    Definition {
        key: "rest.max_rows",
        kind: "rows",
        default: "",
        description: "Most rows that one read returns. Empty: no bound.",
        set: |s, v| {
            values::optional(v, |v| values::number(v, 0, i64::MAX as u64))
                .map(|v| s.rest.max_rows = v)
        },
    },
    Definition {
        key: "rest.tx_end",
        kind: "commit, commit-allow-override, rollback or rollback-allow-override",
        default: "commit",
        description: "How a request's transaction ends, and whether Prefer: tx= may choose otherwise.",
        set: |s, v| {
            let (rollback, allow_override) = values::choice(
                v,
                &[
                    ("commit", (false, false)),
                    ("commit-allow-override", (false, true)),
                    ("rollback", (true, false)),
                    ("rollback-allow-override", (true, true)),
                ],
            )?;
            s.rest.tx_end = TxEnd { rollback, allow_override };
            Ok(())
        },
    },
    Definition {
        key: "rest.hoisted_tx_settings",
        kind: "list of settings",
        default: "statement_timeout, plan_filter.statement_cost_limit, default_transaction_isolation",
        description: "Which of a function's own settings (CREATE FUNCTION … SET) hold for the whole transaction of its call, not inside it only.",
        set: |s, v| values::names(v).map(|v| s.rest.hoisted_tx_settings = v),
    },
    Definition {
        key: "rest.plan_enabled",
        kind: BOOLEAN,
        default: "off",
        description: "Whether any request may ask for its plan (Accept: application/vnd.pgrst.plan). For development: plans show names and statistics. Single roles: GRANT EXECUTE ON FUNCTION howdah.explain_plan().",
        set: |s, v| values::boolean(v).map(|v| s.rest.plan_enabled = v),
    },
    Definition {
        key: "rest.aggregates_enabled",
        kind: BOOLEAN,
        default: "on",
        description: "Whether select= may use sum(), avg(), count(), min() and max().",
        set: |s, v| values::boolean(v).map(|v| s.rest.aggregates_enabled = v),
    },
    Definition {
        key: "rest.openapi_mode",
        kind: "follow-privileges, ignore-privileges or disabled",
        default: "follow-privileges",
        description: "What the descriptions at /rest/v1/ and /openapi.json show: what the caller may use, or all; disabled: they answer 404.",
        set: |s, v| {
            values::choice(
                v,
                &[
                    ("follow-privileges", OpenApiMode::FollowPrivileges),
                    ("ignore-privileges", OpenApiMode::IgnorePrivileges),
                    ("disabled", OpenApiMode::Disabled),
                ],
            )
            .map(|v| s.rest.openapi_mode = v)
        },
    },
    Definition {
        key: "rest.openapi_server_proxy_uri",
        kind: "URL",
        default: "",
        description: "Address of /rest/v1 as its users see it, for the descriptions. Empty: they are relative to where they are found.",
        set: |s, v| {
            values::optional(v, values::site_url).map(|v| s.rest.openapi_server_proxy_uri = v)
        },
    },
    Definition {
        key: "rest.openapi_security_active",
        kind: BOOLEAN,
        default: "off",
        description: "Whether the description at /rest/v1/ says that requests carry a token. The one at /openapi.json always does.",
        set: |s, v| values::boolean(v).map(|v| s.rest.openapi_security_active = v),
    },
    Definition {
        key: "rest.root_spec",
        kind: "function",
        default: "",
        description: "A function of the request's schema that answers /rest/v1/ in the description's place; its name without a schema.",
        set: |s, v| values::optional(v, values::bare_function).map(|v| s.rest.root_spec = v),
    },
    Definition {
        key: "rest.server_timing",
        kind: BOOLEAN,
        default: "off",
        description: "Whether answers of /rest/v1 carry a Server-Timing header: milliseconds of jwt, parse, plan, transaction and response.",
        set: |s, v| values::boolean(v).map(|v| s.rest.server_timing = v),
    },
    Definition {
        key: "rest.trace_header",
        kind: "header",
        default: "",
        description: "A header that answers repeat from the request, so that a trace can be followed. X-Request-Id is repeated anyway.",
        set: |s, v| values::optional(v, values::header).map(|v| s.rest.trace_header = v),
    },
    Definition {
        key: "rest.error_verbosity",
        kind: "verbose or minimal",
        default: "verbose",
        description: "minimal: errors carry code and message only.",
        set: |s, v| {
            values::choice(
                v,
                &[("verbose", ErrorVerbosity::Verbose), ("minimal", ErrorVerbosity::Minimal)],
            )
            .map(|v| s.rest.error_verbosity = v)
        },
    },
    Definition {
        key: "rest.legacy_target_names",
        kind: BOOLEAN,
        default: "on",
        description: "Whether a filter, order or limit may name an embed by its table although it has an alias (the answer then \
                      has a Warning). Off: PGRST108.",
        set: |s, v| values::boolean(v).map(|v| s.rest.legacy_target_names = v),
    },
    Definition {
        key: "rest.etag",
        kind: "auto, always or off",
        default: "auto",
        description: "Whether answers carry an ETag. auto: those of one row or at most 4 kB, and others when a request asks by Prefer: etag or a condition. off: none, and conditions of reads are ignored; those of writes hold.",
        set: |s, v| {
            values::choice(v, &[("auto", Tags::Auto), ("always", Tags::Always), ("off", Tags::Off)])
                .map(|v| s.rest.etag = v)
        },
    },
    Definition {
        key: "jwt.audience",
        kind: "text",
        default: "",
        description: "Audience that a token must have if it names any. Empty: not checked.",
        set: |s, v| values::optional(v, values::line).map(|v| s.jwt.audience = v),
    },
    Definition {
        key: "jwt.role_claim",
        kind: "path",
        default: "$.role",
        description: "Where a token's payload names the role to enter: a JSONPath like $.role, $.app_metadata.roles[0] or $.roles[?search(@, \"^app_\")], whose first find counts.",
        set: |s, v| ClaimPath::parse(v).map(|v| s.jwt.role_claim = v),
    },
    Definition {
        key: "cors.origins",
        kind: "list of origins",
        default: "*",
        description: "Web origins that may call the API from a browser: exact ones, or * for all (calls carry bearer tokens, never cookies). Empty: none.",
        set: |s, v| values::origins(v).map(|v| s.cors_origins = v),
    },
    Definition {
        key: "courier.allowed_hosts",
        kind: "list of host:port",
        default: "",
        description: "Places that the courier may connect to although they are not on the public internet, by http too: for development, or a provider of your own network. host:* is every port. All else must be https at a public address.",
        set: |s, v| values::places(v).map(|v| s.courier_allowed_hosts = v),
    },
    Definition {
        key: "outbox.keep_days",
        kind: "number",
        default: "14",
        description: "How many days what was delivered, failed or cancelled is kept, with its attempts (howdah.outbox, howdah.deliveries). Whole days are dropped at once.",
        set: |_, v| values::number(v, 1, 3650).map(|_| ()),
    },
    Definition {
        key: "outbox.lane_concurrency",
        kind: "number",
        default: "16",
        description: "How many messages of one kind are carried at once to one place: a mail domain, a provider. howdah.limit_lane gives a place its own.",
        set: |_, v| values::number(v, 1, 1024).map(|_| ()),
    },
    Definition {
        key: "webhook.concurrency",
        kind: "number",
        default: "2",
        description: "How many webhooks are carried at once to one host and port: few, so that one that answers slowly holds up nobody else. howdah.limit_lane('webhook', 'host:port', n) gives a host its own.",
        set: |_, v| values::number(v, 1, 1024).map(|_| ()),
    },
    Definition {
        key: "webhook.schedule",
        kind: "list of seconds",
        default: "5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400",
        description: "When a webhook that failed is tried again: seconds after each attempt, a quarter more or less. There is one attempt more than there are items.",
        set: |_, v| values::seconds(v).map(|_| ()),
    },
    Definition {
        key: "webhook.timeout_ms",
        kind: "milliseconds",
        default: "15000",
        description: "How long the receiver of a webhook may take to answer, 0.1 s to 25 s.",
        set: |_, v| values::number(v, 100, 25_000).map(|_| ()),
    },
    Definition {
        key: "push.web_services",
        kind: "list of hosts",
        default: "",
        description: "Push services that browsers' subscriptions may be of: hosts, or *.domain; * for any at a public address. Empty: those of the browsers (Google, Mozilla, Apple, Microsoft).",
        set: |_, v| values::hosts(v).map(|_| ()),
    },
    Definition {
        key: "push.quiet_hours",
        kind: "hours",
        default: "",
        description: "When push messages wait on a device's own clock, like 22:00-07:00, unless they are urgent, or the message or its user says otherwise. Empty: never.",
        set: |_, v| values::optional(v, values::hours).map(|_| ()),
    },
    Definition {
        key: "push.devices_per_user",
        kind: "devices",
        default: "20",
        description: "How many devices a user may have registered for push messages; beyond that those that were not seen for longest are forgotten.",
        set: |_, v| values::number(v, 1, 1000).map(|_| ()),
    },
    Definition {
        key: "push.retire_on_sign_out",
        kind: BOOLEAN,
        default: "on",
        description: "Whether a device gets no more push messages once the session that registered it has ended.",
        set: |_, v| values::boolean(v).map(|_| ()),
    },
    Definition {
        key: "push.fan_out_step",
        kind: "devices",
        default: "5000",
        description: "How many devices of a topic howdah.tick() puts into the outbox in one transaction.",
        set: |_, v| values::number(v, 1, 50_000).map(|_| ()),
    },
    Definition {
        key: "queue.keep_days",
        kind: "days",
        default: "30",
        description: "How long archived messages of queues are kept. Whole days are dropped at once.",
        set: |_, v| values::number(v, 1, 3650).map(|_| ()),
    },
    Definition {
        key: "queue.poll_ms",
        kind: "milliseconds",
        default: "2000",
        description: "Longest time that queue.read_with_poll waits within a request, 0 to 1 min: it holds a connection of the proxy meanwhile.",
        set: |_, v| values::number(v, 0, 60_000).map(|_| ()),
    },
    Definition {
        key: "jobs.keep_days",
        kind: "days",
        default: "30",
        description: "How long runs of jobs are kept (howdah.job_runs). Whole days are dropped at once.",
        set: |_, v| values::number(v, 1, 3650).map(|_| ()),
    },
    Definition {
        key: "jobs.timeout_s",
        kind: "seconds",
        default: "300",
        description: "Longest time of a job's run, 1 s to 1 d, where the job does not say otherwise.",
        set: |_, v| values::number(v, 1, 86_400).map(|_| ()),
    },
    Definition {
        key: "jobs.allow_superuser",
        kind: BOOLEAN,
        default: "off",
        description: "Whether a job may run as a superuser. Off: one that a superuser made is refused; he names another role as its owner.",
        set: |_, v| values::boolean(v).map(|_| ()),
    },
    Definition {
        key: "mail.from",
        kind: "e-mail address",
        default: "",
        description: "Who mails are from that name no sender, like Shop <shop@example.com>. Empty: they wait until a transport or this says it.",
        set: |s, v| values::optional(v, values::mailbox).map(|v| s.mail.from = v),
    },
    Definition {
        key: "mail.address_limit",
        kind: "mails an hour",
        default: "120",
        description: "Most mails to one address in an hour; more of them fail. 0: no limit.",
        set: |s, v| values::number(v, 0, 1_000_000).map(|v| s.mail.address_limit = v),
    },
    Definition {
        key: "mail.domain_limit",
        kind: "mails a minute",
        default: "0",
        description: "Most mails to addresses of one domain in a minute; more of them wait. 0: no limit.",
        set: |s, v| values::number(v, 0, 1_000_000).map(|v| s.mail.domain_limit = v),
    },
    Definition {
        key: "mail.inbox",
        kind: "key",
        default: "",
        description: "For development: while there is no transport, mails are kept, and shown at /hooks/mail/inbox?key= to whoever knows this key of 16 characters and more. Empty: not.",
        set: |s, v| values::optional(v, values::key).map(|v| s.mail.inbox = v),
    },
    Definition {
        key: "howdah.error_detail",
        kind: "normal or safe",
        default: "normal",
        description: "safe: details and hints of database errors, which show values and names, are withheld.",
        set: |s, v| {
            values::choice(v, &[("normal", ErrorDetail::Normal), ("safe", ErrorDetail::Safe)])
                .map(|v| s.error_detail = v)
        },
    },
    Definition {
        key: "limits.max_body",
        kind: "bytes",
        default: "1048576",
        description: "Largest request body, 1 kB to 256 MB, where a route does not say otherwise. All of it is held in memory.",
        set: |s, v| values::number(v, 1024, 256 << 20).map(|v| s.limits.max_body = v),
    },
    Definition {
        key: "limits.timeout_ms",
        kind: "milliseconds",
        default: "30000",
        description: "Longest time of a request, 0.1 s to 10 min, where a route does not say otherwise.",
        set: |s, v| values::number(v, 100, 600_000).map(|v| s.limits.timeout_ms = v),
    },
    Definition {
        key: "limits.max_cost",
        kind: "units of the planner",
        default: "",
        description: "Greatest cost that the planner may estimate for a request, of a role without howdah.max_cost (ALTER ROLE … SET); above it 429, and nothing runs. Empty: no limit.",
        set: |s, v| {
            values::optional(v, |v| values::number(v, 0, i64::MAX as u64))
                .map(|v| s.limits.max_cost = v)
        },
    },
    Definition {
        key: "limits.max_rows",
        kind: "rows",
        default: "",
        description: "Most rows that a request may answer, of a role without howdah.max_rows; above it 413. rest.max_rows, in contrast, cuts off. Empty: no limit.",
        set: |s, v| {
            values::optional(v, |v| values::number(v, 0, i64::MAX as u64))
                .map(|v| s.limits.max_rows = v)
        },
    },
    Definition {
        key: "limits.max_touched",
        kind: "rows",
        default: "",
        description: "Most rows that a request may insert, update and delete, triggers and cascades included, of a role without howdah.max_touched; above it 413, and nothing is written. Empty: no limit.",
        set: |s, v| {
            values::optional(v, |v| values::number(v, 0, i64::MAX as u64))
                .map(|v| s.limits.max_touched = v)
        },
    },
];
