//! Playback: counted, and watched for the moment at which a title counts as watched.

use database::{Tx, is_first_delivery};
use kernel::{EventId, Instant, ProfileId, TitleId};
use schema::events::{analytics::VideoWatched, rights::Playback};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect, sea_query::OnConflict};
use serde_json::json;
use uuid::Uuid;

use super::{Analytics, NewEvent, events::record};
use crate::{
    domain::{Watch, kind},
    entities::watch,
    error::Error,
};

/// What a player says when it had an error.
const ERROR: &str = "ERROR";

impl Analytics {
    /// A player reports; `kind` is what it means.
    pub async fn take_playback(&self, event: EventId, kind: &str, playback: Playback) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            let is_error = playback.event.eq_ignore_ascii_case(ERROR) && kind == kind::PLAYBACK_PROGRESSED;
            let kind = if is_error { kind::PLAYBACK_ERROR } else { kind };
            let mut happened = vec![of_playback(event.0, kind, &playback)];
            if let Some(watched) = watch(&tx, &playback).await? {
                // The id of the session: once for each, whatever happens.
                happened.push(of_playback(playback.session.0, kind::VIDEO_WATCHED, &playback));
                tx.raise(&watched).await?;
            }
            record(&tx, happened).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn of_playback(id: Uuid, kind: &str, playback: &Playback) -> NewEvent {
    let metadata = json!({
        "session": playback.session,
        "profile": playback.profile,
        "positionMs": playback.position_ms,
        "device": playback.device,
    });
    NewEvent {
        id,
        kind: kind.to_owned(),
        at: playback.at,
        account: Some(playback.account),
        subject: Some(playback.content.to_string()),
        metadata: Some(metadata.to_string()),
    }
}

/// Adds a report to what is known of its session; tells when it proves, first, that the title was watched.
async fn watch(tx: &Tx, playback: &Playback) -> Result<Option<VideoWatched>, Error> {
    if playback.is_channel {
        return Ok(None);
    }
    let report = Watch::of(playback.at, playback.position_ms, playback.duration_ms);
    let new = row(playback, report).into_active_model().reset_all();
    let keep = OnConflict::column(watch::Column::SessionId).do_nothing().to_owned();
    watch::Entity::insert(new)
        .on_conflict(keep)
        .exec_without_returning(tx)
        .await?;
    // Locked: two reports of one session wait for each other.
    let known = watch::Entity::find_by_id(playback.session.0)
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(known) = known else { return Ok(None) };
    let merged = known.watch().merge(report);
    let is_first = known.watched_at.is_none() && merged.is_watched();
    let watched_at: Option<Instant> = if is_first { Some(playback.at) } else { known.watched_at };
    let changed = watch::ActiveModel {
        session_id: Set(known.session_id),
        first_at: Set(merged.first_at),
        last_at: Set(merged.last_at),
        lowest_ms: Set(merged.lowest_ms),
        highest_ms: Set(merged.highest_ms),
        duration_ms: Set(merged.duration_ms),
        watched_at: Set(watched_at),
        ..Default::default()
    };
    changed.update(tx).await?;
    Ok(is_first.then(|| VideoWatched {
        session: playback.session,
        profile: ProfileId(known.profile_id),
        title: TitleId(known.title_id),
        share: merged.share(),
        at: playback.at,
    }))
}

fn row(playback: &Playback, report: Watch) -> watch::Model {
    watch::Model {
        session_id: playback.session.0,
        account_id: playback.account.0,
        profile_id: playback.profile.0,
        title_id: playback.content,
        first_at: report.first_at,
        last_at: report.last_at,
        lowest_ms: report.lowest_ms,
        highest_ms: report.highest_ms,
        duration_ms: report.duration_ms,
        watched_at: None,
    }
}
