//! What rights knows of offers: a read model of billing, to name offers beside a refusal.

use kernel::Instant;
use sea_orm::{Condition, Select, entity::prelude::*};

use super::Words;

/// How an offer sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// For a time.
    #[sea_orm(string_value = "RENTAL")]
    Rental,
    /// For good.
    #[sea_orm(string_value = "PURCHASE")]
    Purchase,
    /// By a plan.
    #[sea_orm(string_value = "SUBSCRIPTION")]
    Subscription,
}

/// An offer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offers")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// How it sells.
    pub kind: Kind,
    /// What it sells; absent for a plan's offer.
    pub content_id: Option<Uuid>,
    /// Packages of a plan's offer.
    pub packages: Words,
    /// Minor units: cheapest first.
    pub price_minor: i64,
    /// ISO 4217.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// It is sold no longer.
    pub withdrawn: bool,
    /// When billing said so; the latest wins.
    pub changed_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What is sold for `contents`, and all plans' offers.
    pub fn for_contents(contents: &[Uuid]) -> Select<Self> {
        let of_these = Column::ContentId.is_in(contents.iter().copied());
        Self::find()
            .filter(Condition::any().add(of_these).add(Column::ContentId.is_null()))
            .filter(Column::Withdrawn.eq(false))
    }
}
