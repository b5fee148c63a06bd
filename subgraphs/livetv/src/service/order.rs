//! The order of channels: many numbers change at once, none is taken twice on the way.

use std::collections::{BTreeMap, HashSet};

use kernel::Refusal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Actor, Changed, LiveTv, MAX_CHANNELS, Problem, audit,
    channel_fields::{Patch, apply, invalid},
    channels,
};
use crate::entities::channel;

/// How channels are to be numbered.
#[derive(Debug, Clone)]
pub enum Order {
    /// These share out the numbers that they have, in this order.
    Ids(Vec<Uuid>),
    /// Each gets this number.
    Assignments(Vec<(Uuid, String)>),
}

impl Order {
    fn ids(&self) -> Vec<Uuid> {
        match self {
            Self::Ids(ids) => ids.clone(),
            Self::Assignments(all) => all.iter().map(|(id, _)| *id).collect(),
        }
    }

    /// The number of each channel.
    fn numbers(self, rows: &BTreeMap<Uuid, channel::Model>) -> Vec<(Uuid, String)> {
        match self {
            Self::Assignments(all) => all,
            Self::Ids(ids) => {
                let mut sorted: Vec<&channel::Model> = rows.values().collect();
                sorted.sort_by_key(|row| (row.sort_major, row.sort_minor));
                let numbers = sorted.into_iter().map(|row| row.number.clone());
                ids.into_iter().zip(numbers).collect()
            }
        }
    }
}

impl LiveTv {
    /// Numbers channels anew, all or none. Answers them by their new number.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` for a channel that is named twice, `LIMIT_EXCEEDED` for too many.
    pub async fn reorder_channels(&self, actor: &Actor, order: Order) -> Changed<Vec<channel::Model>> {
        let ids = order.ids();
        check(&ids)?;
        let tx = self.database.begin().await?;
        let wanted = || channel::Column::Id.is_in(ids.iter().copied());
        let rows = channel::Entity::living()
            .filter(wanted())
            .limit(ids.len() as u64)
            .all(&tx)
            .await?;
        if rows.len() < ids.len() {
            return Ok(Err(Problem::ChannelNotFound));
        }
        let mut rows: BTreeMap<Uuid, channel::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        // A number is unique at every moment, so those that may be swapped are given up first.
        channel::Entity::update_many()
            .col_expr(channel::Column::LiveNumber, Expr::value(None::<String>))
            .filter(wanted())
            .exec(&tx)
            .await?;
        let mut ordered = Vec::with_capacity(ids.len());
        for (id, number) in order.numbers(&rows) {
            let Some(before) = rows.remove(&id) else { continue };
            let mut row = before.clone();
            let patch = Patch {
                number: Some(number),
                ..Patch::default()
            };
            apply(&mut row, patch)?;
            let is_changed = row != before;
            if is_changed {
                row.version += 1;
                row.updated_at = tx.now();
            }
            if let Some(problem) = channels::taken(channels::save(&tx, &row).await)? {
                return Ok(Err(problem));
            }
            if is_changed {
                channels::raise_changed(&tx, &row).await?;
                let facts = (&audit::channel(&before), &audit::channel(&row));
                audit::note(&tx, actor, "reorderChannels", channels::subject(&row), facts).await?;
            }
            ordered.push(row);
        }
        tx.commit().await?;
        ordered.sort_by_key(|row| (row.sort_major, row.sort_minor));
        tracing::info!(channels = ordered.len(), "channels reordered");
        Ok(Ok(ordered))
    }
}

fn check(ids: &[Uuid]) -> Result<(), Refusal> {
    if ids.len() > MAX_CHANNELS {
        let limit = Refusal::limit("channels", MAX_CHANNELS as u64, ids.len() as u64);
        return Err(limit.with("field", "input"));
    }
    let mut seen = HashSet::with_capacity(ids.len());
    if ids.is_empty() || !ids.iter().all(|id| seen.insert(id)) {
        return Err(invalid("ids", "name each channel once, and at least one"));
    }
    Ok(())
}
