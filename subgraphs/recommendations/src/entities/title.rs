//! What is known of titles.

use kernel::Instant;
use sea_orm::{FromJsonQueryResult, QueryOrder, QuerySelect, Select, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::domain::Named;

/// Genres or people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct NamedList(pub Vec<Named>);

/// Free words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

/// A title, or the trace of one that was withdrawn.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "titles")]
pub struct Model {
    /// The title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is: a `TitleKind`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Its name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Its genres.
    pub genres: NamedList,
    /// Its people.
    pub people: NamedList,
    /// Free words.
    pub tags: Words,
    /// Year of release.
    pub release_year: Option<i32>,
    /// Youngest age it is for.
    pub min_age: Option<i32>,
    /// The series of a season or an episode.
    pub series_id: Option<Uuid>,
    /// When it was published.
    pub published_at: Option<Instant>,
    /// It cannot be found any more.
    pub withdrawn: bool,
    /// An older event is passed over.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Titles after `id`, by id, at most `limit`.
    pub fn after(id: Option<Uuid>, limit: u64) -> Select<Self> {
        let all = Self::find().order_by_asc(Column::Id).limit(limit);
        match id {
            Some(id) => all.filter(Column::Id.gt(id)),
            None => all,
        }
    }
}
