//! How far an import is, in the graph.

use async_graphql::{Enum, Object};

use super::import::EpgImport;
use crate::service::State;

/// What a running import does.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::guide_import::Phase")]
pub enum EpgImportPhase {
    /// It waits for its turn.
    Queued,
    /// The file is fetched.
    Fetching,
    /// The file is read.
    Reading,
    /// The file is compared with the guide.
    Comparing,
    /// What differs is written.
    Writing,
    /// It is over.
    Done,
}

/// How far an import is.
pub struct EpgImportProgress(pub(crate) State);

/// How far an import is.
#[Object]
impl EpgImportProgress {
    /// What it does.
    async fn phase(&self) -> EpgImportPhase {
        self.0.step.phase.into()
    }

    /// Bytes of the file that were fetched or read.
    async fn bytes(&self) -> f64 {
        number(self.0.step.bytes)
    }

    /// Bytes of the file; null when nobody knows.
    async fn total_bytes(&self) -> Option<f64> {
        (self.0.step.of_bytes > 0).then(|| number(self.0.step.of_bytes))
    }

    /// Channels that were compared.
    async fn channels(&self) -> i32 {
        count(self.0.step.channels)
    }

    /// Channels of the file that are ours; null until they are known.
    async fn total_channels(&self) -> Option<i32> {
        (self.0.step.of_channels > 0).then(|| count(self.0.step.of_channels))
    }

    /// The import; its counts are there when it is over.
    async fn import(&self) -> EpgImport {
        EpgImport(self.0.import.clone())
    }
}

/// Bytes as a number of JSON: exact up to eight petabytes.
#[expect(clippy::cast_precision_loss, reason = "no guide has 2^53 bytes")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}

fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
