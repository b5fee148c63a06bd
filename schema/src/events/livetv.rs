//! What live TV tells.

use kernel::{AccountId, ChannelId, ImportId, Instant, ProfileId, ProgrammeId, typed_id};
use serde::{Deserialize, Serialize};

use super::{catalogue::AssetRef, event};

/// Where a channel's stream is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSource {
    /// `HLS` or `DASH`.
    pub protocol: String,
    /// The upstream's manifest.
    pub url: String,
    /// Lower is tried first.
    pub priority: i32,
    /// Systems that protect it: `WIDEVINE`, `PLAYREADY`, `FAIRPLAY`, `CLEARKEY`. Empty: in the clear.
    #[serde(default)]
    pub drm: Vec<String>,
    /// Where the upstream has the past, with `{start}`, `{end}`, `{duration}`, `{utc}` to fill in.
    #[serde(default)]
    pub catch_up_template: Option<String>,
}

/// What of a channel can be watched later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatchUpWindow {
    /// Hours after the end of a programme; 0 is not at all.
    pub hours: i32,
    /// A running programme can be watched from its start.
    pub start_over: bool,
}

impl CatchUpWindow {
    /// From when until when a programme can be watched at another time than when it is on; `None`: never.
    pub fn of(&self, starts_at: Instant, ends_at: Instant) -> Option<(Instant, Instant)> {
        let from = if self.start_over { starts_at } else { ends_at };
        let until = ends_at + chrono::TimeDelta::hours(self.hours.max(0).into());
        (from < until).then_some((from, until))
    }
}

/// A channel was made, changed or deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelChanged {
    /// The channel.
    pub channel: ChannelId,
    /// Its number: `5.1` exists.
    pub number: String,
    /// Its name.
    pub name: String,
    /// The packages it belongs to. Empty: free.
    pub packages: Vec<String>,
    /// Where it streams.
    pub sources: Vec<StreamSource>,
    /// What is played in place of an upstream: the demo's channels loop a film.
    pub loops: Option<AssetRef>,
    /// What can be watched later.
    #[serde(default)]
    pub catch_up: Option<CatchUpWindow>,
    /// It is gone.
    pub deleted: bool,
    /// Grows with every change.
    pub version: i64,
}
event!(ChannelChanged, "tv.livetv.channel.changed.v1", channel);

/// How a programme changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// A field that viewers see changed.
    Updated,
    /// It is gone.
    Removed,
}

/// One programme of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgrammeChange {
    /// How.
    pub kind: ChangeKind,
    /// The programme.
    pub programme: ProgrammeId,
    /// Its channel.
    pub channel: ChannelId,
    /// Its title.
    pub title: String,
    /// Its subtitle.
    pub subtitle: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Its categories.
    pub categories: Vec<String>,
    /// What kind of programme it is: `MOVIE`, `NEWS`, `SPORT` …
    #[serde(default)]
    pub genre: Option<String>,
    /// Where a picture of it is.
    #[serde(default)]
    pub image_url: Option<String>,
    /// It is shown for the first time.
    #[serde(default)]
    pub is_new: bool,
    /// When it begins.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
}

/// A guide import was committed: exactly the programmes that truly changed, at most 500 in one event; a larger import
/// raises several with the same `import`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideChanged {
    /// The import.
    pub import: ImportId,
    /// Place in the change log after this event.
    pub cursor: i64,
    /// What changed.
    pub changes: Vec<ProgrammeChange>,
}
event!(GuideChanged, "tv.livetv.guide.changed.v1", import);

typed_id! {
    /// A profile's recording of a programme.
    RecordingId
}
typed_id! {
    /// A profile's rule that records a series.
    SeriesRuleId
}

/// How far a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordingStatus {
    /// It has not begun.
    Scheduled,
    /// It runs.
    Recording,
    /// It is complete.
    Recorded,
    /// It ended before it was complete.
    Failed,
    /// It will not begin.
    Cancelled,
    /// It was deleted, or it expired.
    Deleted,
}

/// A recording as it is from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingFacts {
    /// The recording.
    pub recording: RecordingId,
    /// Who pays.
    pub account: AccountId,
    /// Who watches.
    pub profile: ProfileId,
    /// What is recorded.
    pub programme: ProgrammeId,
    /// Where.
    pub channel: ChannelId,
    /// How far it is.
    pub status: RecordingStatus,
    /// First instant that may be played, padding included.
    pub records_from: Instant,
    /// First instant after it.
    pub records_to: Instant,
    /// It may be played until then.
    pub expires_at: Instant,
}

/// Recordings were scheduled, moved, ended or deleted; at most 500 in one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingChanged {
    /// What was committed together.
    pub batch: uuid::Uuid,
    /// The recordings.
    pub recordings: Vec<RecordingFacts>,
}
event!(RecordingChanged, "tv.livetv.recording.changed.v1", batch);

/// What a blackout takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BlackoutScope {
    /// Watching, at whatever time.
    Everything,
    /// Watching at another time than when it is on.
    CatchUp,
}

/// A blackout was made, changed or lifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlackoutChanged {
    /// The blackout.
    pub blackout: uuid::Uuid,
    /// The channel or the programme.
    pub content: uuid::Uuid,
    /// It is a programme.
    pub is_programme: bool,
    /// What it takes away.
    pub scope: BlackoutScope,
    /// Where: countries (ISO 3166-1) and their parts (ISO 3166-2). Empty: everywhere.
    pub regions: Vec<String>,
    /// From; absent: always.
    pub starts_at: Option<Instant>,
    /// Until; absent: for ever.
    pub ends_at: Option<Instant>,
    /// Why, for staff.
    pub reason: String,
    /// It was lifted.
    pub deleted: bool,
    /// Grows with every change.
    pub version: i64,
}
event!(BlackoutChanged, "tv.livetv.blackout.changed.v1", blackout);
