//! How far a running import is: kept where every process can see it, a few times a second at most.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_stream::try_stream;
use cache::Kv;
use futures_util::Stream;
use kernel::{ImportId, Refusal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error,
    entities::guide_import::{self, Phase, Status},
    service::LiveTv,
};

/// Where running imports say how far they are.
const BUCKET: &str = "livetv.progress";
/// How long what an import said is believed.
const LIFE: Duration = Duration::from_mins(10);
/// Shortest time between two things an import says of one phase, and between two looks of a subscriber.
pub(in crate::service) const BEAT: Duration = Duration::from_millis(300);
/// Looks for an import that is not known yet: its upload may be on its way.
const LOOKS: u32 = 5;

/// What a running import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub phase: Phase,
    /// Bytes that were fetched or read.
    pub bytes: u64,
    /// Bytes that there are; 0 when nobody knows.
    pub of_bytes: u64,
    /// Channels that were compared.
    pub channels: usize,
    /// Channels that there are.
    pub of_channels: usize,
}

/// Says how far an import is.
pub(in crate::service) struct Progress {
    kv: Arc<dyn Kv>,
    import: Uuid,
    step: Step,
    said_at: Option<Instant>,
}

impl Progress {
    /// Nothing was done yet.
    pub fn new(livetv: &LiveTv, import: Uuid) -> Self {
        Self {
            kv: livetv.kv.clone(),
            import,
            step: Step {
                phase: Phase::Queued,
                bytes: 0,
                of_bytes: 0,
                channels: 0,
                of_channels: 0,
            },
            said_at: None,
        }
    }

    /// A phase begins.
    pub async fn enter(&mut self, phase: Phase) {
        self.step.phase = phase;
        self.said_at = None;
        self.say().await;
    }

    /// So many bytes came.
    pub async fn read(&mut self, bytes: u64, of_bytes: u64) {
        (self.step.bytes, self.step.of_bytes) = (bytes, of_bytes);
        self.say().await;
    }

    /// So many channels were compared.
    pub async fn compared(&mut self, channels: usize, of_channels: usize) {
        (self.step.channels, self.step.of_channels) = (channels, of_channels);
        self.say().await;
    }

    /// Not more often than [`BEAT`], and never a reason to fail.
    async fn say(&mut self) {
        if self.said_at.is_some_and(|at| at.elapsed() < BEAT) {
            return;
        }
        self.said_at = Some(Instant::now());
        let Ok(text) = serde_json::to_vec(&self.step) else {
            return;
        };
        if let Err(error) = self.kv.put(BUCKET, &self.import.to_string(), &text, LIFE).await {
            tracing::debug!(%error, "cannot say how far an import is");
        }
    }
}

/// An import, and how far it is while it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its row.
    pub import: guide_import::Model,
    /// How far it is.
    pub step: Step,
}

impl LiveTv {
    /// How far an import is: the present state first, then each change, until the import is over. It may run anywhere.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is no such import; the database does not answer.
    pub fn watch_import(&self, import: ImportId) -> impl Stream<Item = Result<State, Error>> + use<> {
        let livetv = self.clone();
        try_stream! {
            let mut told: Option<State> = None;
            let mut looks = 0;
            loop {
                match livetv.import_state(import.0).await? {
                    Some(state) => {
                        let is_over = state.import.status != Status::Running;
                        if told.as_ref() != Some(&state) {
                            told = Some(state.clone());
                            yield state;
                        }
                        if is_over {
                            break;
                        }
                    }
                    None if told.is_none() && looks < LOOKS => looks += 1,
                    None => Err(Refusal::not_found("import"))?,
                }
                tokio::time::sleep(BEAT).await;
            }
        }
    }

    async fn import_state(&self, id: Uuid) -> Result<Option<State>, Error> {
        let Some(import) = self.find_import(id).await? else {
            return Ok(None);
        };
        let silent = Step {
            phase: import.phase,
            bytes: 0,
            of_bytes: 0,
            channels: 0,
            of_channels: 0,
        };
        let said = self.kv.get(BUCKET, &id.to_string()).await.unwrap_or_default();
        let said = said.and_then(|text| serde_json::from_slice::<Step>(&text).ok());
        let mut step = said.unwrap_or(silent);
        if import.status != Status::Running {
            step.phase = Phase::Done;
        }
        Ok(Some(State { import, step }))
    }
}
