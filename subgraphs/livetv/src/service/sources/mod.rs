//! Where guides come from: sources, what is fetched of them and when, and whose channels they mean.

mod due;
mod edit;
mod fetch;
mod folder;
mod matches;
mod ranks;
mod request;

use std::collections::HashMap;

use kernel::{Page, PageRequest};
use sea_orm::{ColumnTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

pub use edit::{NewSource, SourcePatch, SourceProblem};
pub use matches::{MatchDecision, MatchProblem};
pub use request::{RequestProblem, Wanted};
pub(super) use {fetch::fetched_key, ranks::Ranks};

use super::LiveTv;
use crate::{
    Error,
    domain::{fold, policy::Policies},
    entities::{guide_import, guide_source},
};

/// Most sources.
pub const MOST_SOURCES: u64 = 1000;

/// How the guide of a source is read.
pub(super) struct Plan {
    pub policies: Policies,
}

impl LiveTv {
    /// How the guide of a source is read.
    pub(super) async fn plan(&self, source: Option<Uuid>) -> Result<Plan, Error> {
        let row = match source {
            Some(id) => self.find_source(id).await?,
            None => None,
        };
        let policies = row.and_then(|row| serde_json::from_value(row.policies).ok());
        Ok(Plan {
            policies: policies.unwrap_or_default(),
        })
    }

    /// A source by its id.
    pub async fn find_source(&self, id: Uuid) -> Result<Option<guide_source::Model>, Error> {
        Ok(guide_source::Entity::find_by_id(id).one(self.database.reader()).await?)
    }

    /// The source that an upload names.
    pub(super) async fn find_source_named(&self, name: &str) -> Result<Option<Uuid>, Error> {
        let row = guide_source::Entity::find()
            .filter(guide_source::Column::FoldedName.eq(fold(name)))
            .one(self.database.reader())
            .await?;
        Ok(row.map(|row| row.id))
    }

    /// A page of sources, by name.
    pub async fn list_sources(&self, request: &PageRequest) -> Result<Page<guide_source::Model>, Error> {
        use guide_source::Column;
        database::page(
            self.database.reader(),
            guide_source::Entity::find(),
            &[(Column::FoldedName, Order::Asc)],
            request,
            |row| row.folded_name.clone(),
            |name: String| vec![name.into()],
        )
        .await
    }

    /// How many sources there are.
    pub async fn count_sources(&self) -> Result<u64, Error> {
        Ok(guide_source::Entity::find().count(self.database.reader()).await?)
    }

    /// Imports by their ids.
    pub async fn imports(&self, imports: &[Uuid]) -> Result<HashMap<Uuid, guide_import::Model>, Error> {
        let rows = guide_import::Entity::find()
            .filter(guide_import::Column::Id.is_in(imports.iter().copied()))
            .limit(imports.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
