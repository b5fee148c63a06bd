//! What the sidecar tells.

use kernel::{AccountId, ImportId, Instant};
use serde::{Deserialize, Serialize};

use super::event;

/// A guide was uploaded and is well-formed; its bytes lie at `object_key`, decompressed or not as they came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideUploaded {
    /// The import it becomes.
    pub import: ImportId,
    /// Where the bytes are: `in/{import}`.
    pub object_key: String,
    /// How many.
    pub size_bytes: i64,
    /// They are gzip.
    pub gzip: bool,
    /// Name of the source, for its report and policies.
    pub source: String,
    /// Who uploaded it.
    pub account: AccountId,
    /// The import only tells what it would change.
    #[serde(default)]
    pub dry_run: bool,
    /// When.
    pub at: Instant,
}
event!(GuideUploaded, "tv.sidecar.guide.uploaded.v1", import);
