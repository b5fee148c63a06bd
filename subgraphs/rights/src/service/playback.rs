//! `startPlayback`: the one door to a stream.

use auth::Viewer;
use chrono::TimeDelta;
use database::Tx;
use kernel::{AccountId, Instant, ProfileId, Refusal};
use schema::events::rights::PlaybackStarted;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect, sea_query::OnConflict};
use uuid::Uuid;

use super::{
    Content, Rights,
    links::{self, Links},
    sessions,
};
use crate::{
    Error,
    domain::{
        decision::Denial,
        live::{Plays, Wish},
        slots::{self, Held, Slot},
    },
    entities::{playback_session, position, stream_slot},
};

/// KV bucket: session → its stream token, so that ending a session can end the token. Only rights reads it.
pub(super) const SESSION_TOKENS: &str = "rights-session-tokens";
/// Longest device id or name.
const MAX_DEVICE: usize = 128;
/// Live sessions of one account that are looked at; slots keep them far below.
const MAX_LIVE: u64 = 200;

/// Digital rights management systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drm {
    /// In the clear.
    None,
    /// Any system that needs a licence.
    Licensed,
}

/// How a stream is packaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 8216.
    Hls,
    /// ISO/IEC 23009-1.
    Dash,
}

/// What a player asks for.
#[derive(Debug, Clone)]
pub struct Start {
    /// Title, channel or programme.
    pub content: Uuid,
    /// How live TV is to be watched.
    pub wish: Wish,
    /// Who watches.
    pub profile: ProfileId,
    /// The app's id of the device.
    pub device_id: String,
    /// How the device is shown to people.
    pub device_name: String,
    /// What the player can decrypt.
    pub drm: Drm,
    /// What the player can read; all when absent.
    pub protocols: Option<Vec<Protocol>>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Started {
    /// Play.
    Granted(Box<Grant>),
    /// Do not.
    Refused(Refused),
}

/// A granted session.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The session.
    pub session: playback_session::Model,
    /// Where its bytes are.
    pub links: Links,
}

/// Why playback was refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// The decision says no.
    Denied(Denial, Option<Box<Content>>),
    /// There is nothing to play yet.
    NotReady,
    /// No such licence is given.
    DrmUnavailable,
    /// These sessions of other devices take all slots.
    StreamLimit(Vec<playback_session::Model>),
}

impl Rights {
    /// Decides, leases a slot, makes the session and its links.
    ///
    /// # Errors
    /// The sign-in was ended, the profile is not the viewer's, or the device is not named.
    pub async fn start_playback(&self, viewer: &Viewer, start: Start) -> Result<Started, Error> {
        require_text("input.deviceId", &start.device_id)?;
        require_text("input.deviceName", &start.device_name)?;
        self.require_unrevoked(viewer).await?;
        let profile = self.require_profile(viewer.account, start.profile).await?;
        let start = Start {
            profile: profile.id.into(),
            ..start
        };
        let max_age = profile
            .max_age
            .or_else(|| profile.kids.then_some(self.settings().kids_max_age));
        let mut content = self.find_content(start.content).await?;
        if start.wish == Wish::FromStart
            && let Some(live) = content.as_ref().and_then(|content| content.live.as_ref())
            && live.showing.is_none()
        {
            // What is on is what starts over.
            content = match self.on_now(live.channel).await? {
                Some(programme) => self.find_content(programme).await?,
                None => return Ok(Started::Refused(Refused::Denied(Denial::OutsideWindow, None))),
            };
        }
        let ledger = self.ledger(viewer.account).await?;
        let decision = self.decide(content.as_ref(), Some(&ledger), max_age);
        let content = match (content, decision.verdict) {
            (Some(content), Ok(_)) => content,
            (content, verdict) => {
                let denial = verdict.err().unwrap_or(Denial::NotFound);
                return Ok(Started::Refused(Refused::Denied(denial, content.map(Box::new))));
            }
        };
        let plays = content.live.as_ref().map_or(Ok(Plays::Channel), |live| {
            live.plays(start.wish, self.now(), &self.settings().places())
        });
        let plays = match plays {
            Ok(plays) => plays,
            Err(denial) => return Ok(Started::Refused(Refused::Denied(denial, Some(Box::new(content))))),
        };
        if start.drm != Drm::None {
            return Ok(Started::Refused(Refused::DrmUnavailable));
        }
        let plays = match links::playable(&content, plays, (start.wish, self.now())) {
            Ok(plays) => plays,
            Err(refused) => return Ok(Started::Refused(refused)),
        };
        let max_streams = ledger.max_streams(self.settings().free_streams, self.now());
        match self.lease(viewer, &start, (&content, plays), max_streams).await? {
            Ok(session) => {
                let links = self
                    .mint(&session, (&content, plays), start.protocols.as_deref())
                    .await?;
                tracing::info!(playback_session.id = %session.id, content.id = %content.id, "playback granted");
                Ok(Started::Granted(Box::new(Grant { session, links })))
            }
            Err(playing) => Ok(Started::Refused(Refused::StreamLimit(playing))),
        }
    }

    /// Takes a slot and makes the session, or gives back the sessions that play.
    async fn lease(
        &self,
        viewer: &Viewer,
        start: &Start,
        (content, plays): (&Content, Plays),
        max_streams: usize,
    ) -> Result<Result<playback_session::Model, Vec<playback_session::Model>>, Error> {
        let now = self.now();
        let resume_ms = self.resume_point(start.profile, content).await?;
        let tx = self.db().begin().await?;
        take_turn(&tx, viewer.account, now).await?;
        let live = playback_session::Entity::live(viewer.account)
            .limit(MAX_LIVE)
            .all(&tx)
            .await?;
        let held: Vec<Held> = live.iter().map(held).collect();
        let ends = match slots::take(&held, &start.device_id, max_streams, now - self.settings().silence()) {
            Slot::Granted { ends } => ends,
            Slot::Full { playing } => {
                return Ok(Err(live
                    .into_iter()
                    .filter(|session| playing.contains(&session.id))
                    .collect()));
            }
        };
        let ended: Vec<playback_session::Model> =
            live.into_iter().filter(|session| ends.contains(&session.id)).collect();
        for session in &ended {
            sessions::end(&tx, session, now).await?;
        }
        let session = self.session_row(viewer.account, start, (content, plays), (tx.next_id(), resume_ms));
        let session = session.into_active_model().reset_all().insert(&tx).await?;
        let playback = sessions::playback(&session, "PLAYING", resume_ms, now);
        tx.raise(&PlaybackStarted {
            session: session.session(),
            playback,
        })
        .await?;
        tx.commit().await?;
        for session in &ended {
            self.forget_token(session.session()).await;
        }
        Ok(Ok(session))
    }

    fn session_row(
        &self,
        account: AccountId,
        start: &Start,
        (content, plays): (&Content, Plays),
        (id, resume_ms): (Uuid, i64),
    ) -> playback_session::Model {
        let now = self.now();
        playback_session::Model {
            id,
            account_id: account.0,
            profile_id: start.profile.0,
            content_id: content.played_id(),
            programme_id: match plays {
                Plays::Showing(showing) => Some(showing.id),
                Plays::Channel => None,
            },
            is_channel: content.is_channel,
            device_id: start.device_id.clone(),
            device_name: start.device_name.clone(),
            // What plays on a channel has no end.
            duration_ms: content
                .asset
                .as_ref()
                .filter(|_| !content.is_channel)
                .map(|asset| asset.duration_ms),
            resume_ms,
            position_ms: resume_ms,
            last_at: now,
            started_at: now,
            renewed_at: now,
            expires_at: now + TimeDelta::seconds(self.settings().manifest_ttl_seconds.into()),
            ended_at: None,
        }
    }

    async fn resume_point(&self, profile: ProfileId, content: &Content) -> Result<i64, Error> {
        if content.is_channel {
            return Ok(0);
        }
        let found = position::Entity::find_by_id((profile.0, content.id))
            .one(self.db().reader())
            .await?;
        Ok(found.filter(|row| !row.finished).map_or(0, |row| row.position_ms))
    }
}

/// Two starts of one account wait for each other at this row.
async fn take_turn(tx: &Tx, account: AccountId, now: Instant) -> Result<(), Error> {
    let row = stream_slot::ActiveModel {
        account_id: Set(account.0),
        taken_at: Set(now),
    };
    let touched = OnConflict::column(stream_slot::Column::AccountId)
        .update_column(stream_slot::Column::TakenAt)
        .to_owned();
    stream_slot::Entity::insert(row)
        .on_conflict(touched)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn held(session: &playback_session::Model) -> Held {
    Held {
        session: session.id,
        device: session.device_id.clone(),
        renewed_at: session.renewed_at,
    }
}

fn require_text(field: &str, text: &str) -> Result<(), Refusal> {
    let sent = text.chars().count();
    if text.trim().is_empty() {
        return Err(Refusal::bad_input(field, format!("{field} is empty")));
    }
    if sent > MAX_DEVICE {
        return Err(Refusal::limit(field, MAX_DEVICE as u64, sent as u64).with("field", field));
    }
    Ok(())
}
