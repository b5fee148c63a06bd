//! Operations that are known beforehand, and those that clients register by their hash (APQ).
//!
//! A client names a document instead of sending it: by `documentId` (GraphQL over HTTP, persisted documents), or by the
//! SHA-256 of its text in the extension `persistedQuery` (Apollo's protocol).

use std::{collections::HashMap, fmt::Write, path::Path, sync::Arc, time::Duration};

use cache::Kv;
use kernel::{ErrorCode, Refusal};
use moka::sync::Cache;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Request;
use crate::error::{Error, Rejection};

/// The extension of Apollo's protocol.
pub(super) const EXTENSION: &str = "persistedQuery";
/// KV bucket of persisted operations: id → document.
const LISTED_BUCKET: &str = "router.operations";
/// KV bucket of registered operations: hash → document.
const REGISTERED_BUCKET: &str = "router.apq";
/// A longer document is not registered: the store is for operations, not for bulk data.
const REGISTERED_BYTES: usize = 64 * 1024;
/// Longest id that is looked up.
const ID_BYTES: usize = 256;
/// Operations of the list that were read from KV are kept so many seconds: a removed one ends within them.
const LISTED_SECONDS: u64 = 60;

/// How operations that are known beforehand are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersistedMode {
    /// There is no list.
    Off,
    /// Operations of the list may be asked by their id; others by their text, too.
    Allow,
    /// Only operations of the list are answered, asked by id or by exactly their text.
    Only,
}

/// Persisted operations and APQ.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersistedSettings {
    /// How the list is used.
    pub mode: PersistedMode,
    /// Where the list is: a folder of `*.graphql`, a manifest in Apollo's format (`*.json`), or `kv`.
    pub source: String,
    /// Clients may register operations by their hash; not with mode `only`.
    pub apq: bool,
    /// A registered operation is kept so long after it was registered, in seconds.
    pub apq_ttl_seconds: u64,
    /// Memory for registered operations, in bytes.
    pub apq_bytes: u64,
}

impl Default for PersistedSettings {
    fn default() -> Self {
        Self {
            mode: PersistedMode::Off,
            source: String::new(),
            apq: true,
            apq_ttl_seconds: 86_400,
            apq_bytes: 16 * 1024 * 1024,
        }
    }
}

/// A manifest in Apollo's format.
#[derive(Deserialize)]
struct Manifest {
    format: String,
    version: u64,
    operations: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    body: String,
}

/// The documents that can be named.
pub(crate) struct Operations {
    settings: PersistedSettings,
    /// By hash and by id.
    listed: HashMap<String, Arc<str>>,
    /// From KV, by bucket and id; and what clients registered.
    fetched: Cache<String, Arc<str>>,
    kv: Arc<dyn Kv>,
}

/// A request with its document, and the hash under which it is to be registered once it proved valid.
pub(crate) struct Resolved {
    pub(crate) request: Request,
    pub(crate) registers: Option<String>,
}

/// How a request names its document.
enum Named {
    No,
    /// An id of the list.
    Id(String),
    /// The SHA-256 of the text, in hex.
    Hash(String),
}

impl Operations {
    /// Reads the list.
    ///
    /// # Errors
    /// [`Error::Persisted`], naming the file.
    pub(crate) fn open(settings: PersistedSettings, kv: Arc<dyn Kv>) -> Result<Self, Error> {
        let listed = if settings.mode == PersistedMode::Off || settings.source == "kv" {
            HashMap::new()
        } else {
            read(Path::new(&settings.source))?
        };
        let fetched = Cache::builder()
            .max_capacity(settings.apq_bytes)
            .weigher(|key: &String, document: &Arc<str>| {
                u32::try_from(key.len() + document.len() + 100).unwrap_or(u32::MAX)
            })
            .time_to_live(Duration::from_secs(if settings.source == "kv" {
                LISTED_SECONDS
            } else {
                settings.apq_ttl_seconds.max(1)
            }))
            .build();
        Ok(Self {
            settings,
            listed,
            fetched,
            kv,
        })
    }

    /// Finds the document of a request.
    ///
    /// # Errors
    /// A document that is not known, or not on the list when it must be.
    pub(crate) async fn resolve(&self, mut request: Request) -> Result<Resolved, Rejection> {
        let named = named(&request)?;
        let only = self.settings.mode == PersistedMode::Only && !request.trusted;
        if !request.query.is_empty() {
            let registers = match named {
                Named::Hash(hash) if hash != hash_of(&request.query) => {
                    return Err(refused(
                        400,
                        "PERSISTED_QUERY_HASH_MISMATCH",
                        "provided sha does not match query",
                    ));
                }
                Named::Hash(hash) if self.registers() => Some(hash),
                _ => None,
            };
            if only && self.find_listed(&hash_of(&request.query)).await?.is_none() {
                let message = "only persisted operations are answered here, and this one is not on the list";
                return Err(refused(403, "QUERY_NOT_IN_SAFELIST", message));
            }
            return Ok(Resolved { request, registers });
        }
        let found = match &named {
            Named::No => {
                return Ok(Resolved {
                    request,
                    registers: None,
                });
            }
            Named::Id(id) => match self.find_listed(id).await? {
                Some(found) => Some(found),
                None => self.find_registered(id).await,
            },
            Named::Hash(hash) => match self.find_listed(hash).await? {
                Some(found) => Some(found),
                None => self.find_registered(hash).await,
            },
        };
        let Some(document) = found else {
            return Err(self.unknown(&named));
        };
        document.as_ref().clone_into(&mut request.query);
        Ok(Resolved {
            request,
            registers: None,
        })
    }

    /// Keeps a document that proved valid.
    pub(crate) async fn register(&self, hash: String, document: &str) {
        if document.len() > REGISTERED_BYTES || self.fetched.contains_key(&hash) {
            return;
        }
        let ttl = Duration::from_secs(self.settings.apq_ttl_seconds.max(1));
        if let Err(error) = self.kv.put(REGISTERED_BUCKET, &hash, document.as_bytes(), ttl).await {
            // This process knows it all the same.
            tracing::warn!(%error, "a registered operation was not shared");
        }
        metrics::counter!("router_apq_total", "outcome" => "registered").increment(1);
        self.fetched.insert(hash, document.into());
    }

    fn registers(&self) -> bool {
        self.settings.apq && self.settings.mode != PersistedMode::Only
    }

    async fn find_listed(&self, id: &str) -> Result<Option<Arc<str>>, Rejection> {
        if self.settings.mode == PersistedMode::Off {
            return Ok(None);
        }
        if self.settings.source != "kv" {
            return Ok(self.listed.get(id).cloned());
        }
        let key = format!("{LISTED_BUCKET}/{id}");
        if let Some(found) = self.fetched.get(&key) {
            return Ok(Some(found));
        }
        let found = self.kv.get(LISTED_BUCKET, id).await.map_err(|error| {
            tracing::warn!(%error, "the list of persisted operations cannot be read");
            Rejection::of(&Refusal::new(
                ErrorCode::Unavailable,
                "the list of persisted operations",
            ))
        })?;
        let found: Option<Arc<str>> = found.and_then(|bytes| String::from_utf8(bytes).ok()).map(Into::into);
        if let Some(found) = &found {
            self.fetched.insert(key, found.clone());
        }
        Ok(found)
    }

    async fn find_registered(&self, hash: &str) -> Option<Arc<str>> {
        if !self.registers() {
            return None;
        }
        let found = match self.fetched.get(hash) {
            Some(found) => Some(found),
            // A store that does not answer knows nothing: the client then sends the document.
            None => match self.kv.get(REGISTERED_BUCKET, hash).await {
                Ok(Some(bytes)) => {
                    let document = String::from_utf8(bytes).ok().filter(|text| hash_of(text) == hash);
                    document.map(|document| {
                        let document: Arc<str> = document.into();
                        self.fetched.insert(hash.to_owned(), document.clone());
                        document
                    })
                }
                _ => None,
            },
        };
        let outcome = if found.is_some() { "hit" } else { "miss" };
        metrics::counter!("router_apq_total", "outcome" => outcome).increment(1);
        found
    }

    /// What a client whose document is not known is told: Apollo's words where it waits for them.
    fn unknown(&self, named: &Named) -> Rejection {
        match named {
            Named::Hash(_) if self.registers() => refused(400, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
            Named::Hash(_) if self.settings.mode == PersistedMode::Off => {
                refused(400, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
            }
            _ => refused(404, "PERSISTED_QUERY_NOT_IN_LIST", "no persisted operation has this id"),
        }
    }
}

fn refused(status: u16, code: &str, message: &str) -> Rejection {
    Rejection::new(status, code, message).of_document()
}

fn named(request: &Request) -> Result<Named, Rejection> {
    let bad = |field: &str, message: &str| Err(Rejection::of(&Refusal::bad_input(field, message)));
    if let Some(id) = &request.document_id {
        if id.is_empty() || id.len() > ID_BYTES {
            return bad("documentId", "`documentId` has between 1 and 256 bytes");
        }
        return Ok(Named::Id(id.strip_prefix("sha256:").unwrap_or(id).to_owned()));
    }
    let extension = match request.extensions.get(EXTENSION) {
        None | Some(Value::Null) => return Ok(Named::No),
        Some(extension) => extension,
    };
    if extension.get("version").and_then(Value::as_u64) != Some(1) {
        return bad(
            "extensions.persistedQuery.version",
            "the version of `persistedQuery` is 1",
        );
    }
    let hash = extension.get("sha256Hash").and_then(Value::as_str).unwrap_or_default();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = "`sha256Hash` is the SHA-256 of the document in 64 hex digits";
        return bad("extensions.persistedQuery.sha256Hash", message);
    }
    Ok(Named::Hash(hash.to_ascii_lowercase()))
}

/// SHA-256 in hex.
fn hash_of(document: &str) -> String {
    let digest = Sha256::digest(document.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

/// Reads a folder or a manifest.
fn read(source: &Path) -> Result<HashMap<String, Arc<str>>, Error> {
    if source.as_os_str().is_empty() {
        return Err(Error::Persisted("router.persisted.source is empty".to_owned()));
    }
    let failed =
        |path: &Path, reason: &dyn std::fmt::Display| Error::Persisted(format!("{}: {reason}", path.display()));
    let mut listed = HashMap::new();
    let mut add = |id: String, document: String| {
        let document: Arc<str> = document.into();
        listed.insert(hash_of(&document), document.clone());
        listed.insert(id.strip_prefix("sha256:").unwrap_or(&id).to_owned(), document);
    };
    if source.extension().is_some_and(|extension| extension == "json") {
        let text = std::fs::read_to_string(source).map_err(|error| failed(source, &error))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| failed(source, &error))?;
        if manifest.format != "apollo-persisted-query-manifest" || manifest.version != 1 {
            return Err(failed(source, &"not an apollo-persisted-query-manifest of version 1"));
        }
        for operation in manifest.operations {
            add(operation.id, operation.body);
        }
        return Ok(listed);
    }
    for entry in std::fs::read_dir(source).map_err(|error| failed(source, &error))? {
        let path = entry.map_err(|error| failed(source, &error))?.path();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        let document = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        add(name.unwrap_or_default(), document);
    }
    Ok(listed)
}
