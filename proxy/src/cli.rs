//! What can be said on the command line. Every flag that a service unit needs has an environment
//! name too.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;

/// Howdah: a whole backend carried by Postgres.
#[derive(Debug, Parser)]
#[command(name = "howdah", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start an embedded Postgres, the proxy and the courier together
    Up(UpArgs),
    /// Turn HTTP into one SELECT and back, against a database that has the extension
    Serve(Box<ServeArgs>),
    /// Carry mail, push messages, webhooks and cron ticks out of the database
    Courier(CourierArgs),
    /// Look over a database and say what is missing or unsafe
    Doctor(DoctorArgs),
    /// Print a completion script for a shell
    Completion {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// `howdah up`
#[derive(Debug, Clone, Args)]
pub struct UpArgs {
    /// Port of the API
    #[arg(long, env = "HOWDAH_PORT", default_value_t = 8000)]
    pub port: u16,
    /// Port of the embedded Postgres
    #[arg(long, env = "HOWDAH_PG_PORT", default_value_t = 54320)]
    pub pg_port: u16,
    /// Directory of the cluster and of the file `env`; kept between runs
    #[arg(long, env = "HOWDAH_DATA", default_value = ".howdah", value_name = "DIR")]
    pub data: PathBuf,
    /// Load the lending library on a first start
    #[arg(long)]
    pub demo: bool,
    /// Load this SQL file on a first start (may be given several times)
    #[arg(long, value_name = "FILE")]
    pub load: Vec<PathBuf>,
    /// Which server: its pg_config (default: the one that pg_config.toml names, else the PATH's)
    #[arg(long, env = "HOWDAH_PG_CONFIG", value_name = "FILE")]
    pub pg_config: Option<PathBuf>,
    /// Print the addresses and keys as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `howdah courier`
#[derive(Debug, Clone, Args)]
pub struct CourierArgs {
    /// Connection of role howdah_courier, as URL or as keywords
    #[arg(long, env = "HOWDAH_COURIER_DB_URL", hide_env_values = true, value_name = "URL")]
    pub db_url: String,
    /// Jobs that run at once, each on a connection of its own; 0: this courier runs none
    #[arg(long, default_value_t = 2, value_name = "COUNT")]
    pub job_connections: u16,
    /// Listener for /live, /ready and /metrics; without it there is none
    #[arg(long, env = "HOWDAH_COURIER_ADMIN_LISTEN", value_name = "IP:PORT")]
    pub admin_listen: Option<SocketAddr>,
}

/// `howdah doctor`
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Connection of a superuser or of the database's owner, as URL or as keywords
    #[arg(long, env = "HOWDAH_DB_URL", hide_env_values = true, value_name = "URL")]
    pub db_url: String,
    /// Print findings as JSON
    #[arg(long)]
    pub json: bool,
}

/// How much `serve` writes to its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere
    Auto,
    Text,
    Json,
}

/// `howdah serve`
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Connection of role howdah_proxy: postgres://… or host=/run/postgresql dbname=app
    /// user=howdah_proxy; sslmode, sslrootcert, sslcert and sslkey as libpq has them
    #[arg(long, env = "HOWDAH_PROXY_DB_URL", hide_env_values = true, value_name = "URL")]
    pub db_url: String,
    /// Postgres is reached through a pooler that hands out connections a transaction at a time
    /// (PgBouncer, pool_mode = transaction): no statement has a name, each connection takes one
    /// request at a time, and the configuration is looked at every second
    #[arg(long, env = "HOWDAH_POOLER")]
    pub pooler: bool,
    /// Pipelined connections that all ordinary requests share
    #[arg(long, env = "HOWDAH_FAST_CONNECTIONS", default_value_t = 2, value_name = "N")]
    pub fast_connections: usize,
    /// How far the shared connections may grow while slow statements hold some of them
    #[arg(long, env = "HOWDAH_FAST_CONNECTIONS_MAX", default_value_t = 16, value_name = "N")]
    pub fast_connections_max: usize,
    /// How far the connections for writes may grow, each taking one at a time
    #[arg(long, env = "HOWDAH_WRITE_CONNECTIONS", default_value_t = 16, value_name = "N")]
    pub write_connections: usize,
    /// How far the connections for routes marked heavy, such as password hashing, may grow; about
    /// four for each core of the server. Two of them (none below three, one below six) are kept
    /// for devices that have signed in before, when more wait than are served in a second
    #[arg(long, env = "HOWDAH_HEAVY_CONNECTIONS", default_value_t = 8, value_name = "N")]
    pub heavy_connections: usize,

    /// Address to listen on; overrides --port
    #[arg(long, env = "HOWDAH_LISTEN", value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Port to listen on at 127.0.0.1
    #[arg(long, env = "HOWDAH_PORT", default_value_t = 8000)]
    pub port: u16,
    /// Second listener for /metrics; without it, /metrics is on the main one, for loopback and
    /// trusted peers
    #[arg(long, env = "HOWDAH_ADMIN_LISTEN", value_name = "IP:PORT")]
    pub admin_listen: Option<SocketAddr>,
    /// Certificate chain (PEM); turns TLS on
    #[arg(long, env = "HOWDAH_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM)
    #[arg(long, env = "HOWDAH_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Reverse proxies whose X-Forwarded-For is believed
    #[arg(long, env = "HOWDAH_TRUSTED_PROXY", value_delimiter = ',', value_name = "CIDR", value_parser = range)]
    pub trusted_proxy: Vec<IpNet>,

    /// Requests worked on at once; above it 503 with Retry-After
    #[arg(long, env = "HOWDAH_MAX_IN_FLIGHT", default_value_t = 512, value_name = "N")]
    pub max_in_flight: usize,
    /// Client connections held open at once
    #[arg(long, env = "HOWDAH_MAX_CONNECTIONS", default_value_t = 2048, value_name = "N")]
    pub max_connections: usize,
    /// Seconds that requests in flight are given after SIGTERM
    #[arg(long, env = "HOWDAH_DRAIN_SECONDS", default_value_t = 10, value_name = "S")]
    pub drain_seconds: u64,

    /// Least severe level to log
    #[arg(long, env = "HOWDAH_LOG_LEVEL", value_enum, default_value = "info")]
    pub log_level: LogLevel,
    /// Form of the log on standard error
    #[arg(long, env = "HOWDAH_LOG_FORMAT", value_enum, default_value = "auto")]
    pub log_format: LogFormat,
    /// Log every request, not only failed and slow ones
    #[arg(long, env = "HOWDAH_LOG_REQUESTS")]
    pub log_requests: bool,
}

impl ServeArgs {
    /// Where the main listener binds.
    pub fn address(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], self.port)))
    }
}

/// An address range such as `10.0.0.0/8`; a bare address is itself alone.
fn range(text: &str) -> Result<IpNet, String> {
    let one = text.trim().parse().map(|ip: IpAddr| IpNet::from(ip.to_canonical()));
    one.or_else(|_| text.trim().parse()).map_err(|_| format!("not an address range: {text}"))
}
