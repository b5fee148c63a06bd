//! `startPlayback`: the one door to a stream.

use std::time::Duration;

use auth::{PathClaims, STREAM_TOKENS, StreamGrant, Viewer, stream_token};
use chrono::TimeDelta;
use database::Tx;
use kernel::{AccountId, Instant, ProfileId, Refusal};
use schema::events::rights::PlaybackStarted;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect, sea_query::OnConflict};
use uuid::Uuid;

use super::{Content, Rights, sessions};
use crate::{
    Error,
    domain::{
        decision::Denial,
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
    /// Title or channel.
    pub content: Uuid,
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

/// Where the bytes of a session are.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The progressive original; absent when an upstream has the bytes.
    pub stream_url: Option<String>,
    /// When it ends.
    pub stream_expires_at: Option<Instant>,
    /// Manifests that the player can read.
    pub manifests: Vec<Manifest>,
}

/// A manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// How it is packaged.
    pub protocol: Protocol,
    /// Where it is.
    pub url: String,
    /// When its URL ends.
    pub expires_at: Instant,
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
        let content = self.find_content(start.content).await?;
        let ledger = self.ledger(viewer.account).await?;
        let decision = self.decide(content.as_ref(), Some(&ledger), max_age);
        let content = match (content, decision.verdict) {
            (Some(content), Ok(_)) => content,
            (content, verdict) => {
                let denial = verdict.err().unwrap_or(Denial::NotFound);
                return Ok(Started::Refused(Refused::Denied(denial, content.map(Box::new))));
            }
        };
        if start.drm != Drm::None {
            return Ok(Started::Refused(Refused::DrmUnavailable));
        }
        if content.asset.is_none() && content.sources.is_empty() {
            return Ok(Started::Refused(Refused::NotReady));
        }
        let max_streams = ledger.max_streams(self.settings().free_streams, self.now());
        match self.lease(viewer, &start, &content, max_streams).await? {
            Ok(session) => {
                let links = self.mint(&session, &content, start.protocols.as_deref()).await?;
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
        content: &Content,
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
        let session = self.session_row(viewer.account, start, content, (tx.next_id(), resume_ms));
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
        content: &Content,
        (id, resume_ms): (Uuid, i64),
    ) -> playback_session::Model {
        let now = self.now();
        playback_session::Model {
            id,
            account_id: account.0,
            profile_id: start.profile.0,
            content_id: content.id,
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

    /// Makes the stream token and the signed paths.
    async fn mint(
        &self,
        session: &playback_session::Model,
        content: &Content,
        protocols: Option<&[Protocol]>,
    ) -> Result<Links, Error> {
        let reads = |protocol: Protocol| protocols.is_none_or(|all| all.contains(&protocol));
        let Some(asset) = &content.asset else {
            let upstream = content
                .sources
                .iter()
                .filter_map(|source| upstream(source, session.expires_at));
            let manifests = upstream.filter(|manifest| reads(manifest.protocol)).collect();
            return Ok(Links {
                manifests,
                ..Links::default()
            });
        };
        let media = &self.platform().urls.media;
        let ttl = Duration::from_secs(self.settings().stream_token_ttl_seconds.into());
        let token = stream_token()?;
        let grant = StreamGrant {
            session: session.session(),
            account: session.account_id.into(),
            content: content.id,
            object_key: asset.original_key.clone(),
            size_bytes: u64::try_from(asset.original_bytes).unwrap_or(0),
            content_type: asset.original_type.clone(),
            issued_at: session.started_at,
        };
        let value = serde_json::to_vec(&grant).expect("a grant is plain data");
        let kv = &self.platform().kv;
        kv.put(SESSION_TOKENS, &session.id.to_string(), token.as_bytes(), ttl)
            .await?;
        kv.put(STREAM_TOKENS, &token, &value, ttl).await?;
        let prefix = format!("v/{}/{}/", asset.id, asset.revision);
        let claims = PathClaims {
            expires: session.expires_at.timestamp(),
            prefix: prefix.clone(),
            session: session.session(),
        };
        let hls = || Manifest {
            protocol: Protocol::Hls,
            url: format!(
                "{media}/s/{}/{prefix}clear/master.m3u8",
                self.platform().paths.sign(&claims)
            ),
            expires_at: session.expires_at,
        };
        Ok(Links {
            stream_url: Some(format!("{media}/api/v1/stream/{token}")),
            stream_expires_at: Some(session.started_at + ttl),
            manifests: reads(Protocol::Hls).then(hls).into_iter().collect(),
        })
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

fn upstream(source: &schema::events::livetv::StreamSource, expires_at: Instant) -> Option<Manifest> {
    let protocol = match source.protocol.as_str() {
        "HLS" => Protocol::Hls,
        "DASH" => Protocol::Dash,
        _ => return None,
    };
    Some(Manifest {
        protocol,
        url: source.url.clone(),
        expires_at,
    })
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
