//! What the router tells. It has no database and so no outbox: what a crash takes was not told.

use kernel::{AccountId, Instant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event;

/// Upper bounds of the classes of duration in [`Used::durations`], in milliseconds; a last class is beyond them.
pub const DURATION_MS: [u64; 13] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/// Who asked what since the last report of this router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageRecorded {
    /// The router's process.
    pub router: Uuid,
    /// From when.
    pub from: Instant,
    /// To when.
    pub to: Instant,
    /// Each client and operation once.
    pub used: Vec<Used>,
}
event!(UsageRecorded, "tv.router.usage.recorded.v1", router);

/// One operation as one client used it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// The client's name as it says; empty when it says none, `other` when there were too many.
    pub client: String,
    /// Its version as it says.
    pub version: String,
    /// The API key, when one was sent.
    pub key: Option<UsedKey>,
    /// The operation's name; empty for an anonymous one and for what was none.
    pub operation: String,
    /// `query`, `mutation`, `subscription` or `invalid`.
    pub kind: String,
    /// The first twelve digits of the SHA-256 of its document.
    pub hash: String,
    /// How often.
    pub count: u64,
    /// How often with an error.
    pub errors: u64,
    /// How long all together, in microseconds; a subscription's life is not counted.
    pub duration_us: u64,
    /// The longest, in microseconds.
    pub longest_us: u64,
    /// Cost, in units.
    pub cost: u64,
    /// Bytes of answers.
    pub bytes: u64,
    /// How many took up to each of [`DURATION_MS`], and more.
    pub durations: Vec<u64>,
}

/// An API key that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UsedKey {
    /// The key; never its secret.
    pub id: Uuid,
    /// Whose it is.
    pub owner: AccountId,
}
