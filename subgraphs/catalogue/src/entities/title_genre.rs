//! Which title is of which genre.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*, sea_query::SelectStatement};

/// A title's genre.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "title_genres")]
pub struct Model {
    /// The title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// The genre.
    #[sea_orm(primary_key, auto_increment = false)]
    pub genre_id: Uuid,
    /// From 0, main genre first.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Ids of the titles of `genre`.
    pub fn of_genre(genre: Uuid) -> SelectStatement {
        Self::find()
            .select_only()
            .column(Column::TitleId)
            .filter(Column::GenreId.eq(genre))
            .into_query()
    }
}
