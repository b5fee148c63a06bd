//! TLS to subgraphs: whom the machine trusts, we trust.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};

/// The client's side of TLS, made once: reading the machine's certificates takes milliseconds.
pub(super) fn config() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    CONFIG.get_or_init(|| Arc::new(make())).clone()
}

fn make() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of this machine cannot be read");
    }
    // Single certificates the library does not read are left out; TLS to those they sign then fails by itself.
    let (_, ignored) = roots.add_parsable_certificates(found.certs);
    if ignored > 0 {
        tracing::debug!(ignored, "certificates of this machine were left out");
    }
    // Named, because two providers are linked and the library would refuse to choose.
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
