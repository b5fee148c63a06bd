//! RSA keys: made on first start, kept in a file; public halves by file or by URL (RFC 7517).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::{encoding::AsDer, rsa::KeySize, signature::KeyPair as _};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http_body_util::{BodyExt, Empty, Limited};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Tokens and keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `iss` of our tokens.
    pub issuer: String,
    /// Life of an access token, in seconds.
    pub access_ttl_seconds: u64,
    /// Life of a refresh token, in seconds.
    pub refresh_ttl_seconds: u64,
    /// The RSA private key (PKCS#8 PEM), only where accounts runs; empty: `keys/token.pem` in the data folder, made on
    /// first start.
    pub private_key_file: String,
    /// Where the public keys are read when accounts runs elsewhere; empty: from the private key.
    pub jwks_url: String,
    /// The secret that signs media paths, shared by rights and the sidecar; empty: `keys/path.key` in the data folder,
    /// made on first start.
    pub path_secret_file: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issuer: "matinee".to_owned(),
            access_ttl_seconds: 30 * 60,
            refresh_ttl_seconds: 7 * 24 * 3600,
            private_key_file: String::new(),
            jwks_url: String::new(),
            path_secret_file: String::new(),
        }
    }
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use the key file {0:?}")]
    File(PathBuf, #[source] std::io::Error),
    /// The file is not what it should be.
    #[error("the key file {0:?} holds no usable key: {1}")]
    Content(PathBuf, String),
    /// The URL gave no keys.
    #[error("cannot read public keys from {0}: {1}")]
    Url(String, String),
    /// The machine cannot make a key.
    #[error("cannot make an RSA key")]
    Generate,
}

/// A signing key and its public half.
pub struct KeyPair {
    pub(crate) id: String,
    pub(crate) encoding: EncodingKey,
    jwk: Jwk,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    #[serde(rename = "use", default)]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

impl KeyPair {
    /// Reads the private key in `file`; makes one when there is none.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        let pem = match std::fs::read_to_string(file) {
            Ok(pem) => pem,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let pem = Self::generate()?;
                write_private(file, pem.as_bytes())?;
                // Two processes may have started at once: the file that is there now is the one.
                std::fs::read_to_string(file).map_err(|error| KeyError::File(file.to_owned(), error))?
            }
            Err(error) => return Err(KeyError::File(file.to_owned(), error)),
        };
        Self::from_pem(&pem).map_err(|reason| KeyError::Content(file.to_owned(), reason))
    }

    /// A new 2048-bit RSA key as PKCS#8 PEM.
    pub fn generate() -> Result<String, KeyError> {
        let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
        let der = pair.as_der().map_err(|_| KeyError::Generate)?;
        let text = STANDARD.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
        for line in text.as_bytes().chunks(64) {
            pem.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
            pem.push('\n');
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        Ok(pem)
    }

    /// Reads PKCS#8 PEM.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(body.trim()).map_err(|error| error.to_string())?;
        let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(&der).map_err(|error| error.to_string())?;
        let public = pair.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        // RFC 7638 thumbprint, shortened: the id follows from the key.
        let thumbprint = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        let id = URL_SAFE_NO_PAD.encode(&thumbprint[..12]);
        let encoding = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|error| error.to_string())?;
        let jwk = Jwk {
            kty: "RSA".to_owned(),
            usage: Some("sig".to_owned()),
            alg: Some("RS256".to_owned()),
            kid: Some(id.clone()),
            n,
            e,
        };
        Ok(Self { id, encoding, jwk })
    }

    /// The document of `/.well-known/jwks.json`.
    pub fn jwks(&self) -> String {
        serde_json::to_string(&JwkSet {
            keys: vec![self.jwk.clone()],
        })
        .expect("plain data")
    }

    /// The public half, for verifying in the same process.
    pub fn public(&self) -> Keys {
        Keys::parse(&self.jwks()).expect("our own document")
    }
}

/// Public keys by `kid`.
#[derive(Clone)]
pub struct Keys {
    pub(crate) by_id: Arc<Vec<(String, DecodingKey)>>,
    json: Arc<str>,
}

impl Keys {
    /// No keys: no token is believed.
    pub fn none() -> Self {
        Self {
            by_id: Arc::default(),
            json: r#"{"keys":[]}"#.into(),
        }
    }

    /// Reads a JWK set; keys that are not RSA signing keys are left out.
    pub fn parse(json: &str) -> Result<Self, String> {
        let set: JwkSet = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let mut keys = Vec::new();
        for key in set.keys {
            if key.kty != "RSA" || key.usage.as_deref().is_some_and(|usage| usage != "sig") {
                continue;
            }
            let decoding = DecodingKey::from_rsa_components(&key.n, &key.e).map_err(|error| error.to_string())?;
            keys.push((key.kid.unwrap_or_default(), decoding));
        }
        if keys.is_empty() {
            return Err("no RSA signing key in it".to_owned());
        }
        Ok(Self {
            by_id: Arc::new(keys),
            json: json.into(),
        })
    }

    /// The set as it was read: the document of `/.well-known/jwks.json`.
    pub fn json(&self) -> &Arc<str> {
        &self.json
    }

    /// Reads the set at an `http:` URL of the private network (a TLS proxy stands before it elsewhere).
    pub async fn fetch(url: &str) -> Result<Self, KeyError> {
        let failed = |reason: String| KeyError::Url(url.to_owned(), reason);
        let uri: http::Uri = url
            .parse()
            .map_err(|error: http::uri::InvalidUri| failed(error.to_string()))?;
        let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http::<Empty<hyper::body::Bytes>>();
        let work = async {
            let response = client.get(uri).await.map_err(|error| failed(error.to_string()))?;
            if !response.status().is_success() {
                return Err(failed(format!("status {}", response.status())));
            }
            // A key set is a few kilobytes; more is not one.
            let body = Limited::new(response.into_body(), 64 * 1024).collect().await;
            let body = body.map_err(|error| failed(error.to_string()))?.to_bytes();
            Self::parse(&String::from_utf8_lossy(&body)).map_err(failed)
        };
        tokio::time::timeout(Duration::from_secs(5), work)
            .await
            .map_err(|_| failed("no answer in 5 s".to_owned()))?
    }
}

/// Reads the secret in `file`; makes 32 random bytes when there is none.
pub(crate) fn open_secret(file: &Path) -> Result<Vec<u8>, KeyError> {
    match std::fs::read(file) {
        Ok(secret) if secret.len() >= 32 => Ok(secret),
        Ok(_) => Err(KeyError::Content(
            file.to_owned(),
            "a secret has at least 32 bytes".to_owned(),
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut secret = vec![0; 32];
            aws_lc_rs::rand::fill(&mut secret).map_err(|_| KeyError::Generate)?;
            write_private(file, &secret)?;
            std::fs::read(file).map_err(|error| KeyError::File(file.to_owned(), error))
        }
        Err(error) => Err(KeyError::File(file.to_owned(), error)),
    }
}

/// Writes a file only its owner may read, unless it has come to be in the meantime.
///
/// The content is complete before the name exists: another process that starts at the same moment reads the whole key.
fn write_private(file: &Path, content: &[u8]) -> Result<(), KeyError> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let failed = |error| KeyError::File(file.to_owned(), error);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let draft = file.with_extension(format!("{}.new", std::process::id()));
    let mut open = std::fs::OpenOptions::new();
    let mut out = open
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .map_err(failed)?;
    out.write_all(content).and_then(|()| out.sync_all()).map_err(failed)?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft).map_err(failed)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}
