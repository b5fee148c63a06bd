//! What the catalogue told of its titles: a read model.

use sea_orm::entity::prelude::*;

/// A title, as far as accounts needs it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "titles")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// MOVIE, SERIES, SEASON, EPISODE or VIDEO.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Length, when known.
    pub runtime_seconds: Option<i32>,
    /// The series of a season or an episode.
    pub series_id: Option<Uuid>,
    /// Number of the season of an episode, or of the season itself.
    pub season_number: Option<i32>,
    /// Number of an episode in its season.
    pub episode_number: Option<i32>,
    /// It can no longer be found.
    pub withdrawn: bool,
    /// An older event is passed over.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
