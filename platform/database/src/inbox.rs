//! A consumer's memory of the events it has seen: at-least-once becomes effectively once.

use kernel::{EventId, Instant};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, sea_query::OnConflict};

use crate::Tx;

/// One event that a consumer has handled.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub struct Model {
    /// Event id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// When it was handled.
    pub handled_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

/// Notes `event` as handled in this transaction; false when it had been handled before.
pub async fn is_first_delivery(tx: &Tx, event: EventId) -> Result<bool, DbErr> {
    let row = ActiveModel {
        event_id: Set(event.0),
        handled_at: Set(tx.now()),
    };
    let inserted = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::EventId).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}
