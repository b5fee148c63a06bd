//! What live TV told: programmes and blackouts. The newest version wins, whatever the order of events.

use std::collections::HashMap;

use chrono::TimeDelta;
use schema::events::livetv::{BlackoutChanged, BlackoutScope, ChangeKind, GuideChanged};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::Rights;
use crate::{
    Error,
    domain::live::{Blackout, Showing},
    entities::{Words, blackout, programme},
};

/// Rows of one `INSERT`.
const ROWS_AT_ONCE: usize = 200;
/// Longest time that a programme can be watched after its end: what live TV allows at most.
const KEPT: TimeDelta = TimeDelta::days(32);
/// Blackouts of one request's channels and programmes that are looked at.
const MOST_BLACKOUTS: u64 = 10_000;

impl Rights {
    /// Takes what changed in the guide.
    pub async fn apply_guide(&self, event: GuideChanged) -> Result<(), Error> {
        use programme::Column::{ChannelId, Deleted, EndsAt, Id, StartsAt, Version};
        let version = event.cursor;
        let rows = event.changes.into_iter().map(|change| {
            let row = programme::Model {
                id: change.programme.0,
                channel_id: change.channel.0,
                starts_at: change.starts_at,
                ends_at: change.ends_at,
                version,
                deleted: change.kind == ChangeKind::Removed,
            };
            row.into_active_model()
        });
        let rows: Vec<programme::ActiveModel> = rows.collect();
        let newer = OnConflict::column(Id)
            .update_columns([ChannelId, StartsAt, EndsAt, Version, Deleted])
            .action_and_where(Expr::col((programme::Entity, Version)).lt(version))
            .to_owned();
        let tx = self.db().begin().await?;
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            programme::Entity::insert_many(chunk.to_vec())
                .on_conflict(newer.clone())
                .exec_without_returning(&tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Takes what live TV says of a blackout.
    pub async fn apply_blackout(&self, event: BlackoutChanged) -> Result<(), Error> {
        use blackout::Column::{CatchUpOnly, ContentId, Deleted, EndsAt, Id, IsProgramme, Regions, StartsAt, Version};
        let row = blackout::Model {
            id: event.blackout,
            content_id: event.content,
            is_programme: event.is_programme,
            catch_up_only: event.scope == BlackoutScope::CatchUp,
            regions: Words(event.regions),
            starts_at: event.starts_at,
            ends_at: event.ends_at,
            version: event.version,
            deleted: event.deleted,
        };
        let newer = OnConflict::column(Id)
            .update_columns([
                ContentId,
                IsProgramme,
                CatchUpOnly,
                Regions,
                StartsAt,
                EndsAt,
                Version,
                Deleted,
            ])
            .action_and_where(Expr::col((blackout::Entity, Version)).lt(event.version))
            .to_owned();
        let tx = self.db().begin().await?;
        blackout::Entity::insert(row.into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Forgets programmes that nobody can watch any more.
    pub async fn forget_programmes(&self) -> Result<(), Error> {
        let tx = self.db().begin().await?;
        programme::Entity::delete_many()
            .filter(programme::Column::EndsAt.lt(self.now() - KEPT))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Programmes of `ids`, with their channels.
    pub(super) async fn showings(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, Showing)>, Error> {
        let rows = programme::Entity::find()
            .filter(programme::Column::Id.is_in(ids.iter().copied()))
            .filter(programme::Column::Deleted.eq(false))
            .limit(ids.len() as u64)
            .all(self.db().reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.channel_id, showing(&row))).collect())
    }

    /// The programme that is on now on `channel`.
    pub(super) async fn on_now(&self, channel: Uuid) -> Result<Option<Uuid>, Error> {
        let row = programme::Entity::on_at(&[channel], self.now())
            .limit(1)
            .one(self.db().reader())
            .await?;
        Ok(row.map(|row| row.id))
    }

    /// Blackouts of `contents`, and of what is on now on those that are channels: under the channel. One statement.
    pub(super) async fn blackouts(&self, contents: &[Uuid]) -> Result<HashMap<Uuid, Vec<Blackout>>, Error> {
        use blackout::Column;
        let reader = self.db().reader();
        let on = || programme::Entity::on_at(contents, self.now()).select_only();
        let running = on().column(programme::Column::Id).into_query();
        let rows: Vec<blackout::Model> = blackout::Entity::find()
            .filter(
                Condition::any()
                    .add(Column::ContentId.is_in(contents.iter().copied()))
                    .add(Column::ContentId.in_subquery(running)),
            )
            .filter(Column::Deleted.eq(false))
            .limit(MOST_BLACKOUTS)
            .all(reader)
            .await?;
        let strange = rows.iter().any(|row| !contents.contains(&row.content_id));
        let mut channels: HashMap<Uuid, Uuid> = HashMap::new();
        if strange {
            // Rare: a blacked-out programme is on. Whose it is must be asked.
            let of: Vec<(Uuid, Uuid)> = on()
                .column(programme::Column::Id)
                .column(programme::Column::ChannelId)
                .limit(contents.len() as u64)
                .into_tuple()
                .all(reader)
                .await?;
            channels.extend(of);
        }
        let mut found: HashMap<Uuid, Vec<Blackout>> = HashMap::new();
        for row in rows {
            if let Some(channel) = channels.get(&row.content_id) {
                found.entry(*channel).or_default().push(read(row.clone()));
            }
            found.entry(row.content_id).or_default().push(read(row));
        }
        Ok(found)
    }
}

fn showing(row: &programme::Model) -> Showing {
    Showing {
        id: row.id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    }
}

fn read(row: blackout::Model) -> Blackout {
    Blackout {
        is_programme: row.is_programme,
        catch_up_only: row.catch_up_only,
        regions: row.regions.0,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    }
}
