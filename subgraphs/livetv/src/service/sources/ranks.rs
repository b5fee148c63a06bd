//! Which of two sources is right where both have a programme.

use std::collections::HashMap;

use database::Tx;
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::MOST_SOURCES;
use crate::{Error, domain::diff::Hold, entities::guide_source};

/// The weight of each source: the lower priority, then the older source, is right. A guide of no source, or of one that
/// is gone, has the least.
pub(in crate::service) struct Ranks(HashMap<Uuid, (i32, Uuid)>);

impl Ranks {
    /// Reads the sources.
    pub async fn read(tx: &Tx) -> Result<Self, Error> {
        let rows: Vec<(Uuid, i32)> = guide_source::Entity::find()
            .select_only()
            .column(guide_source::Column::Id)
            .column(guide_source::Column::Priority)
            .limit(MOST_SOURCES)
            .into_tuple()
            .all(tx)
            .await?;
        // Ids grow with time.
        let ranks = rows.into_iter().map(|(id, priority)| (id, (priority, id)));
        Ok(Self(ranks.collect()))
    }

    /// Whose a programme of the source `theirs` is, as the source `ours` sees it.
    pub fn hold(&self, ours: Option<Uuid>, theirs: Option<Uuid>) -> Hold {
        let rank = |source: Option<Uuid>| source.and_then(|source| self.0.get(&source));
        match (rank(ours), rank(theirs)) {
            (None, None) => Hold::Own,
            (Some(_), None) => Hold::Weaker,
            (None, Some(_)) => Hold::Stronger,
            (Some(ours), Some(theirs)) => match ours.cmp(theirs) {
                std::cmp::Ordering::Equal => Hold::Own,
                std::cmp::Ordering::Less => Hold::Weaker,
                std::cmp::Ordering::Greater => Hold::Stronger,
            },
        }
    }
}
