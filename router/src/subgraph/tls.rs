//! TLS to subgraphs: whom the machine trusts, we trust; and authorities of a file.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::error::Error;

/// The client's side of TLS. `ca_file` (PEM) names authorities that are believed beside those of the machine; empty: none.
///
/// # Errors
/// [`Error::Authorities`]: the file cannot be read, or has no certificate.
pub(crate) fn config(ca_file: &str) -> Result<Arc<ClientConfig>, Error> {
    static MACHINE: OnceLock<RootCertStore> = OnceLock::new();
    let mut roots = MACHINE.get_or_init(of_machine).clone();
    if !ca_file.is_empty() {
        add(&mut roots, Path::new(ca_file)).map_err(|reason| Error::Authorities(ca_file.to_owned(), reason))?;
    }
    // Named, because two providers are linked and the library would refuse to choose.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Read once: it takes milliseconds.
fn of_machine() -> RootCertStore {
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
    roots
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<(), String> {
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())?;
    let mut count = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        count += 1;
    }
    if count == 0 {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused_by_name() {
        for file in ["/nowhere/ca.pem", "/dev/null"] {
            let error = config(file).unwrap_err().to_string();
            assert!(error.contains("ca_file") && error.contains(file), "{error}");
        }
    }
}
