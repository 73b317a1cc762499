//! TLS to a mail server: the certificate must be good for the host's name, whoever gave the address.

use std::sync::{Arc, LazyLock};

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::outcome::Failure;
use super::server::Server;

/// With the certificates that this machine trusts.
static TRUSTED: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    config(roots)
});

fn config(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the protocol versions of TLS 1.2 and 1.3");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

pub async fn encrypt(stream: TcpStream, server: &Server) -> Result<TlsStream<TcpStream>, Failure> {
    let config = match &server.ca {
        None => TRUSTED.clone(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| Failure::word("bad_transport"))?;
                roots.add(certificate).map_err(|_| Failure::word("bad_transport"))?;
            }
            config(roots)
        }
    };
    let name =
        ServerName::try_from(server.host.clone()).map_err(|_| Failure::word("bad_transport"))?;
    TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(|error| Failure::unreached("tls", &error.to_string()))
}
