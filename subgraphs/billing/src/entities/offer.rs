//! What is sold.

use sea_orm::{QueryOrder, Select, entity::prelude::*};

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
    /// Title or channel; absent for a plan's offer.
    pub content_id: Option<Uuid>,
    /// The plan of a plan's offer.
    pub plan_id: Option<Uuid>,
    /// Minor units.
    pub price_minor: i64,
    /// ISO 4217.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// Hours of a rental.
    pub duration_hours: Option<i32>,
    /// It is sold no longer.
    pub withdrawn: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What is sold for `content`, cheapest first.
    pub fn for_content(content: Uuid) -> Select<Self> {
        Self::find()
            .filter(Column::ContentId.eq(content))
            .filter(Column::Withdrawn.eq(false))
            .order_by_asc(Column::PriceMinor)
            .order_by_asc(Column::Id)
    }
}
