//! An identity provider of a test: its keys over loopback, tokens of any content.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Serves its discovery document and its keys until the test ends.
pub struct IdentityProvider {
    /// Its `iss`, and where it is.
    pub issuer: String,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    served: Arc<Served>,
}

struct Served {
    issuer: String,
    keys: Mutex<Value>,
    fetches: AtomicU64,
}

impl IdentityProvider {
    /// Starts a provider with one key of each kind: `rsa-1` and `ec-1`.
    ///
    /// # Panics
    /// No port is free.
    pub async fn start() -> Self {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let served = Arc::new(Served {
            issuer: issuer.clone(),
            keys: Mutex::new(Value::Null),
            fetches: AtomicU64::new(0),
        });
        let serving = served.clone();
        #[expect(clippy::disallowed_methods, reason = "the server of a test, gone with its runtime")]
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                serving.answer(socket).await;
            }
        });
        let provider = Self {
            issuer,
            rsa,
            ec,
            served,
        };
        provider.publish("rsa-1", "ec-1");
        provider
    }

    /// Publishes its keys under these ids from now on, and no others.
    ///
    /// # Panics
    /// A test before did.
    pub fn publish(&self, rsa: &str, ec: &str) {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = self.rsa.public_key();
        let point = self.ec.public_key().as_ref();
        *self.served.keys.lock().expect("keys") = json!({ "keys": [
            { "kty": "oct", "kid": "ignored", "k": "c2VjcmV0" },
            { "kty": "RSA", "use": "sig", "kid": rsa, "n": encode(public.modulus().big_endian_without_leading_zero()),
              "e": encode(public.exponent().big_endian_without_leading_zero()) },
            { "kty": "EC", "crv": "P-256", "kid": ec, "x": encode(&point[1..33]), "y": encode(&point[33..]) },
        ] });
    }

    /// How often its keys were read.
    pub fn fetches(&self) -> u64 {
        self.served.fetches.load(Ordering::Relaxed)
    }

    /// A token of these claims, with its own `iss` where they have none: RS256 by `rsa-1`.
    pub fn token(&self, claims: &Value) -> String {
        self.signed(&json!({ "alg": "RS256", "kid": "rsa-1", "typ": "JWT" }), claims)
    }

    /// The same with any header; what is no RS256 or ES256 gets a signature that is none.
    ///
    /// # Panics
    /// The machine has no randomness.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        let mut claims = claims.clone();
        if claims["iss"].is_null() {
            claims["iss"] = self.issuer.clone().into();
        }
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(header), encode(&claims));
        let random = SystemRandom::new();
        let signature = match header["alg"].as_str() {
            Some("RS256") => {
                let mut signature = vec![0; self.rsa.public_modulus_len()];
                self.rsa
                    .sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
                    .expect("a signature");
                signature
            }
            Some("ES256") => self
                .ec
                .sign(&random, text.as_bytes())
                .expect("a signature")
                .as_ref()
                .to_vec(),
            _ => b"none".to_vec(),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Served {
    async fn answer(&self, mut socket: tokio::net::TcpStream) {
        let mut request = [0; 4096];
        let read = socket.read(&mut request).await.unwrap_or_default();
        let body = if request[..read].starts_with(b"GET /.well-known/openid-configuration ") {
            json!({ "issuer": self.issuer, "jwks_uri": format!("{}/keys", self.issuer) })
        } else {
            self.fetches.fetch_add(1, Ordering::Relaxed);
            self.keys.lock().expect("keys").clone()
        };
        let body = body.to_string();
        let length = body.len();
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        // A client that went away is none of ours.
        socket.write_all(answer.as_bytes()).await.unwrap_or_default();
        socket.shutdown().await.unwrap_or_default();
    }
}
