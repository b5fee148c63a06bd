//! Words of names, folded.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*, sea_query::SelectStatement};

/// A word of a title's name.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "title_words")]
pub struct Model {
    /// The word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// The title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Ids of titles with a word that begins with `prefix`.
    pub fn beginning_with(prefix: &str) -> SelectStatement {
        // A range, so that the index serves it on both engines. U+10FFFF sorts after every other character.
        let end = format!("{prefix}\u{10ffff}");
        Self::find()
            .select_only()
            .column(Column::TitleId)
            .filter(Column::Word.gte(prefix))
            .filter(Column::Word.lt(end))
            .into_query()
    }
}
