//! Sessions after their start: ending them, and listening to them.

use auth::{Role, STREAM_TOKENS, Viewer};
use database::Tx;
use futures_util::{Stream, StreamExt};
use kernel::{Event, Instant, PlaybackSessionId};
use schema::events::rights::{Playback, PlaybackEnded, PlaybackPaused, PlaybackProgressed, PlaybackStarted};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{Rights, playback::SESSION_TOKENS};
use crate::{
    Error,
    entities::{playback_report, playback_session},
};

/// Sessions that a job ends in one transaction.
const BATCH: u64 = 200;

/// A playback event that was heard.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Id of the event.
    pub id: Uuid,
    /// What happened.
    pub playback: Playback,
    /// The session ended.
    pub is_last: bool,
}

impl Rights {
    /// The session, when `viewer` owns it or helps customers.
    pub async fn find_session(
        &self,
        viewer: &Viewer,
        session: PlaybackSessionId,
    ) -> Result<Option<playback_session::Model>, Error> {
        let found = playback_session::Entity::find_by_id(session.0)
            .one(self.db().reader())
            .await?;
        Ok(found.filter(|row| may_see(viewer, row)))
    }

    /// The sessions of `ids`, whoever owns them.
    pub async fn sessions(&self, ids: &[Uuid]) -> Result<Vec<playback_session::Model>, Error> {
        let wanted = playback_session::Column::Id.is_in(ids.iter().copied());
        Ok(playback_session::Entity::find()
            .filter(wanted)
            .all(self.db().reader())
            .await?)
    }

    /// Ends a session at once: its stream token is dead. `None` when there is no such session for `viewer`.
    pub async fn terminate(
        &self,
        viewer: &Viewer,
        session: PlaybackSessionId,
    ) -> Result<Option<playback_session::Model>, Error> {
        let Some(found) = self.find_session(viewer, session).await? else {
            return Ok(None);
        };
        let now = self.now();
        let tx = self.db().begin().await?;
        end(&tx, &found, now).await?;
        tx.commit().await?;
        // Even when the session had ended before: whoever terminates must be sure that no byte follows.
        self.revoke_token(session).await?;
        Ok(Some(playback_session::Model {
            ended_at: found.ended_at.or(Some(now)),
            ..found
        }))
    }

    /// Ends sessions whose player was silent for too long, and forgets old reports.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_silent_sessions(&self) -> Result<(), Error> {
        let now = self.now();
        let before = now - chrono::TimeDelta::seconds(self.settings().end_silent_after_seconds.into());
        loop {
            let silent = playback_session::Entity::silent(before)
                .order_by_asc(playback_session::Column::RenewedAt)
                .limit(BATCH)
                .all(self.db().reader())
                .await?;
            if silent.is_empty() {
                break;
            }
            let tx = self.db().begin().await?;
            for session in &silent {
                end(&tx, session, now).await?;
            }
            tx.commit().await?;
            for session in &silent {
                self.forget_token(session.session()).await;
            }
        }
        let old = now - chrono::TimeDelta::days(self.settings().report_days.into());
        let tx = self.db().begin().await?;
        let forgotten = playback_report::Column::ReceivedAt.lt(old);
        playback_report::Entity::delete_many()
            .filter(forgotten)
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Playback events of `session` from now on.
    pub async fn listen(&self, session: PlaybackSessionId) -> Result<impl Stream<Item = Heard> + use<>, Error> {
        let kinds = [
            PlaybackStarted::TYPE,
            PlaybackProgressed::TYPE,
            PlaybackPaused::TYPE,
            PlaybackEnded::TYPE,
        ];
        let events = self.platform().bus.listen(&kinds).await?;
        let subject = session.to_string();
        Ok(events.filter_map(move |event| {
            let heard = (event.subject == subject).then(|| heard(&event)).flatten();
            std::future::ready(heard)
        }))
    }

    /// Ends the stream token of `session`.
    async fn revoke_token(&self, session: PlaybackSessionId) -> Result<(), Error> {
        let (kv, key) = (&self.platform().kv, session.to_string());
        if let Some(token) = kv.get(SESSION_TOKENS, &key).await? {
            kv.delete(STREAM_TOKENS, &String::from_utf8_lossy(&token)).await?;
            kv.delete(SESSION_TOKENS, &key).await?;
        }
        Ok(())
    }

    /// [`Self::revoke_token`] where the session has ended already: a token that stays ends by itself.
    pub(super) async fn forget_token(&self, session: PlaybackSessionId) {
        if let Err(error) = self.revoke_token(session).await {
            tracing::warn!(playback_session.id = %session, %error, "a stream token was left to end by itself");
        }
    }
}

pub(crate) fn may_see(viewer: &Viewer, session: &playback_session::Model) -> bool {
    session.account_id == viewer.account.0 || viewer.has_any(&[Role::Support])
}

fn heard(event: &bus::Envelope) -> Option<Heard> {
    let playback = serde_json::from_value(event.data.get("playback")?.clone()).ok()?;
    Some(Heard {
        id: event.id.0,
        playback,
        is_last: event.kind == PlaybackEnded::TYPE,
    })
}

/// What an event says of `session`.
pub(super) fn playback(session: &playback_session::Model, event: &str, position_ms: i64, at: Instant) -> Playback {
    Playback {
        session: session.session(),
        account: session.account_id.into(),
        profile: session.profile_id.into(),
        content: session.content_id,
        is_channel: session.is_channel,
        event: event.to_owned(),
        position_ms,
        duration_ms: session.duration_ms,
        at,
        device: session.device_name.clone(),
    }
}

/// Ends `session` unless it has ended, at the position of its last report.
pub(super) async fn end(tx: &Tx, session: &playback_session::Model, now: Instant) -> Result<(), DbErr> {
    let ended = playback_session::Entity::update_many()
        .col_expr(playback_session::Column::EndedAt, Expr::value(now))
        .filter(playback_session::Column::Id.eq(session.id))
        .filter(playback_session::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    if ended.rows_affected == 0 {
        return Ok(());
    }
    let playback = playback(session, "STOPPED", session.position_ms, session.last_at);
    tx.raise(&PlaybackEnded {
        session: session.session(),
        playback,
    })
    .await
}
