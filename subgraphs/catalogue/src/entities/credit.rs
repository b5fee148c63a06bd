//! Who did what for which title.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*, sea_query::SelectStatement};

use crate::domain::details;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Role {
    /// Directed it.
    #[sea_orm(string_value = "DIRECTOR")]
    Director,
    /// Plays in it.
    #[sea_orm(string_value = "ACTOR")]
    Actor,
    /// Wrote it.
    #[sea_orm(string_value = "WRITER")]
    Writer,
    /// Produced it.
    #[sea_orm(string_value = "PRODUCER")]
    Producer,
    /// Composed its music.
    #[sea_orm(string_value = "COMPOSER")]
    Composer,
}

/// One credit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credits")]
pub struct Model {
    /// The title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// From 0, in order of billing.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Who.
    pub person_id: Uuid,
    /// Did what.
    pub role: Role,
    /// Whom an actor plays.
    pub character: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Ids of the titles that `person` has a credit for.
    pub fn titles_of(person: Uuid) -> SelectStatement {
        Self::find()
            .select_only()
            .column(Column::TitleId)
            .filter(Column::PersonId.eq(person))
            .into_query()
    }
}

impl From<details::Role> for Role {
    fn from(role: details::Role) -> Self {
        match role {
            details::Role::Director => Self::Director,
            details::Role::Actor => Self::Actor,
            details::Role::Writer => Self::Writer,
            details::Role::Producer => Self::Producer,
            details::Role::Composer => Self::Composer,
        }
    }
}

impl From<Role> for details::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Director => Self::Director,
            Role::Actor => Self::Actor,
            Role::Writer => Self::Writer,
            Role::Producer => Self::Producer,
            Role::Composer => Self::Composer,
        }
    }
}
