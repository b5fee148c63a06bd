//! What players report: idempotent, in any order.

use auth::Viewer;
use database::Tx;
use kernel::{Instant, PlaybackSessionId, Refusal};
use schema::events::rights::{PlaybackEnded, PlaybackPaused, PlaybackProgressed};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

use super::{Rights, read_models, sessions};
use crate::{
    Error,
    entities::{playback_report, playback_session, position},
};

/// Longest idempotency key.
const MAX_KEY: usize = 128;

/// What a player says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerEvent {
    /// It plays; also the heartbeat.
    Playing,
    /// It was paused.
    Paused,
    /// The viewer jumped.
    Seeked,
    /// It waits for bytes.
    Buffering,
    /// It failed.
    Error,
    /// It was stopped: the session ends.
    Stopped,
}

impl PlayerEvent {
    const ALL: [Self; 6] = [
        Self::Playing,
        Self::Paused,
        Self::Seeked,
        Self::Buffering,
        Self::Error,
        Self::Stopped,
    ];

    /// The name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Playing => "PLAYING",
            Self::Paused => "PAUSED",
            Self::Seeked => "SEEKED",
            Self::Buffering => "BUFFERING",
            Self::Error => "ERROR",
            Self::Stopped => "STOPPED",
        }
    }

    /// The event of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// One report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Of which session.
    pub session: PlaybackSessionId,
    /// What happened.
    pub event: PlayerEvent,
    /// Where playback stands.
    pub position_ms: i64,
    /// When, by the player's clock.
    pub at: Instant,
    /// The player's key: the same report sent again changes nothing.
    pub key: String,
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// It was taken, now or before.
    Accepted,
    /// The viewer has no such session.
    NotFound,
    /// The session had ended before.
    Ended,
}

impl Rights {
    /// Takes a report of the viewer's own session: renews its slot, moves its position, tells others.
    ///
    /// # Errors
    /// A negative position, or an idempotency key that is empty or endless.
    pub async fn report(&self, viewer: &Viewer, report: Report) -> Result<Reported, Error> {
        if report.position_ms < 0 {
            return Err(Refusal::bad_input("input.positionSeconds", "input.positionSeconds is negative").into());
        }
        if report.key.is_empty() || report.key.len() > MAX_KEY {
            let message = format!("input.idempotencyKey is not 1 to {MAX_KEY} bytes long");
            return Err(Refusal::bad_input("input.idempotencyKey", message).into());
        }
        let now = self.now();
        let tx = self.db().begin().await?;
        let session = playback_session::Entity::find_by_id(report.session.0)
            .filter(playback_session::Column::AccountId.eq(viewer.account.0))
            .lock_exclusive()
            .one(&tx)
            .await?;
        let Some(session) = session else {
            return Ok(Reported::NotFound);
        };
        if !is_new(&tx, &report, now).await? {
            return Ok(Reported::Accepted);
        }
        // A player's clock may be ahead, or tell of a time before the session.
        let at = report.at.clamp(session.started_at, now.max(session.started_at));
        if session.ended_at.is_some_and(|ended_at| at > ended_at) {
            return Ok(Reported::Ended);
        }
        let ends = report.event == PlayerEvent::Stopped && session.ended_at.is_none();
        let position_ms = report.position_ms.min(session.duration_ms.unwrap_or(i64::MAX));
        take(&tx, &session, (position_ms, at), now, ends).await?;
        raise(&tx, &session, report.event, (position_ms, at), ends).await?;
        tx.commit().await?;
        if ends {
            self.forget_token(session.session()).await;
        }
        Ok(Reported::Accepted)
    }
}

async fn is_new(tx: &Tx, report: &Report, now: Instant) -> Result<bool, Error> {
    let row = playback_report::ActiveModel {
        session_id: Set(report.session.0),
        idempotency_key: Set(report.key.clone()),
        received_at: Set(now),
    };
    let once = [
        playback_report::Column::SessionId,
        playback_report::Column::IdempotencyKey,
    ];
    let inserted = playback_report::Entity::insert(row)
        .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Writes what the report changes of the session and of the resume point.
async fn take(
    tx: &Tx,
    session: &playback_session::Model,
    (position_ms, at): (i64, Instant),
    now: Instant,
    ends: bool,
) -> Result<(), Error> {
    let mut change = playback_session::ActiveModel {
        id: Set(session.id),
        ..Default::default()
    };
    if at >= session.last_at {
        change.position_ms = Set(position_ms);
        change.last_at = Set(at);
    }
    if session.ended_at.is_none() {
        change.renewed_at = Set(now);
    }
    if ends {
        change.ended_at = Set(Some(at));
    }
    if change.is_changed() {
        playback_session::Entity::update(change).exec(tx).await?;
    }
    if session.is_channel {
        return Ok(());
    }
    let finished = session
        .duration_ms
        .is_some_and(|length| is_finished(position_ms, length));
    let row = position::Model {
        profile_id: session.profile_id,
        title_id: session.content_id,
        position_ms,
        finished,
        at,
    };
    Ok(read_models::put_position(tx, row).await?)
}

/// Whether a title counts as watched to the end: 95 %.
const fn is_finished(position_ms: i64, duration_ms: i64) -> bool {
    duration_ms > 0 && position_ms >= duration_ms / 20 * 19
}

async fn raise(
    tx: &Tx,
    session: &playback_session::Model,
    event: PlayerEvent,
    (position_ms, at): (i64, Instant),
    ends: bool,
) -> Result<(), Error> {
    let playback = sessions::playback(session, event.name(), position_ms, at);
    let session = session.session();
    match event {
        PlayerEvent::Paused => tx.raise(&PlaybackPaused { session, playback }).await?,
        // A session ends once: a stop that comes after its end is only a position.
        PlayerEvent::Stopped if ends => tx.raise(&PlaybackEnded { session, playback }).await?,
        _ => tx.raise(&PlaybackProgressed { session, playback }).await?,
    }
    Ok(())
}
