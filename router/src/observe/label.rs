//! What an operation is called, in logs, metrics and reports.

use std::{
    fmt::Write,
    sync::{Arc, OnceLock},
};

use apollo_compiler::executable::OperationType;
use sha2::{Digest, Sha256};

use super::series::Series;

/// Bytes of the document's hash that are told: twelve digits.
const HASH_BYTES: usize = 6;

/// What an operation is called. Made once for each prepared operation; clones are the same.
#[derive(Clone)]
pub(crate) struct Label(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    kind: &'static str,
    hash: Arc<str>,
    /// Its metrics, once it was counted.
    series: OnceLock<Arc<Series>>,
}

impl Label {
    /// The label of an operation of `document`; without a name it is anonymous.
    pub(crate) fn new(name: Option<&str>, kind: OperationType, document: &str) -> Self {
        let mut hash = String::with_capacity(2 * HASH_BYTES);
        for byte in &Sha256::digest(document.as_bytes())[..HASH_BYTES] {
            // Writing to a string cannot fail.
            write!(hash, "{byte:02x}").unwrap_or_default();
        }
        let kind = match kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        Self::of(name.unwrap_or_default(), kind, &hash)
    }

    /// The label of requests that never became an operation.
    pub(crate) fn invalid() -> Self {
        static INVALID: OnceLock<Label> = OnceLock::new();
        INVALID.get_or_init(|| Self::of("", "invalid", "")).clone()
    }

    /// The label of everything that is counted together.
    pub(super) fn other() -> Self {
        Self::of(super::names::OTHER, "query", "")
    }

    fn of(name: &str, kind: &'static str, hash: &str) -> Self {
        Self(Arc::new(Inner {
            name: name.into(),
            kind,
            hash: hash.into(),
            series: OnceLock::new(),
        }))
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.0.kind
    }

    pub(crate) fn hash(&self) -> &str {
        &self.0.hash
    }

    pub(super) fn shared_name(&self) -> Arc<str> {
        self.0.name.clone()
    }

    pub(super) fn shared_hash(&self) -> Arc<str> {
        self.0.hash.clone()
    }

    pub(super) fn series(&self, make: impl FnOnce() -> Arc<Series>) -> &Series {
        self.0.series.get_or_init(make)
    }
}
