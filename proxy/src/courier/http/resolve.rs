//! Names to addresses, once: what has been looked at is what is connected to, so that a name which
//! says one thing to the check and another to the socket (rebinding) gains nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use howdah_core::outside::is_public;

/// How a name is looked up: by the system's resolver, or by a test's.
pub type Lookup = Arc<dyn Fn(String) -> Looking + Send + Sync>;
type Looking = std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves, and refuses a name if any of its addresses is not public: a name with one such address
/// is misconfigured or an attack, and connecting to another of its addresses would hide that.
pub struct PublicOnly(Lookup);

impl PublicOnly {
    pub fn new(lookup: Lookup) -> Arc<Self> {
        Arc::new(Self(lookup))
    }
}

/// What the connection's error holds when it was the address that was refused.
#[derive(Debug)]
pub struct NotPublic;

impl std::fmt::Display for NotPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a public address")
    }
}

impl std::error::Error for NotPublic {}

/// The system's resolver.
pub fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    })
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.0)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            if !found.iter().all(|address| is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            let checked: Addrs = Box::new(found.into_iter());
            Ok(checked)
        })
    }
}
