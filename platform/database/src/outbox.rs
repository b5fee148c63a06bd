//! Events wait in the table `outbox` until the bus has them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kernel::{Event, Instant};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, Order, QueryOrder, QuerySelect};
use tokio::sync::Notify;

use crate::{Database, Tx};

/// One waiting event. The id is a UUIDv7, so `id` order is the order of raising within a process.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Event id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// CloudEvents `type`.
    pub kind: String,
    /// CloudEvents `subject`.
    pub subject: String,
    /// CloudEvents `data`, JSON text.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// CloudEvents `time`.
    pub occurred_at: Instant,
    /// Deliveries that failed.
    pub attempts: i32,
    /// Not before this instant.
    pub next_attempt_at: Instant,
    /// Set when it was given up; it stays for the operator.
    pub dead_at: Option<Instant>,
    /// Why the last delivery failed.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Tells the relay that a committed transaction raised events.
#[derive(Debug, Clone)]
pub struct Outbox(Arc<Signal>);

#[derive(Debug)]
struct Signal {
    service: String,
    dirty: AtomicBool,
    notify: Notify,
}

impl Outbox {
    pub(crate) fn new(service: &str) -> Self {
        // Dirty at first: an earlier process may have left events.
        Self(Arc::new(Signal {
            service: service.to_owned(),
            dirty: AtomicBool::new(true),
            notify: Notify::new(),
        }))
    }

    /// Whose outbox it is.
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// Says that events wait.
    pub fn notify(&self) {
        self.0.dirty.store(true, Ordering::Release);
        self.0.notify.notify_one();
    }

    /// Marks that events may wait, waking nobody.
    pub fn mark(&self) {
        self.0.dirty.store(true, Ordering::Release);
    }

    /// Whether events may wait; clears the mark.
    pub fn take_dirty(&self) -> bool {
        self.0.dirty.swap(false, Ordering::AcqRel)
    }

    /// Whether events may wait.
    pub fn is_dirty(&self) -> bool {
        self.0.dirty.load(Ordering::Acquire)
    }

    /// Waits for the next [`Self::notify`].
    pub async fn notified(&self) {
        self.0.notify.notified().await;
    }
}

pub(crate) async fn insert<E: Event>(tx: &Tx, event: &E) -> Result<(), DbErr> {
    let now = tx.now();
    let payload = serde_json::to_string(event).map_err(|error| DbErr::Custom(format!("event {}: {error}", E::TYPE)))?;
    let row = ActiveModel {
        id: Set(tx.next_id()),
        kind: Set(E::TYPE.to_owned()),
        subject: Set(event.subject()),
        payload: Set(payload),
        occurred_at: Set(now),
        attempts: Set(0),
        next_attempt_at: Set(now),
        dead_at: Set(None),
        last_error: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Up to `limit` events that are due, oldest first.
pub async fn due(database: &Database, now: Instant, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::DeadAt.is_null())
        .filter(Column::NextAttemptAt.lte(now))
        .order_by(Column::Id, Order::Asc)
        .limit(limit)
        .all(database.reader())
        .await
}

/// Waiting events, the given-up ones not counted: the metric `outbox_depth`.
pub async fn depth(database: &Database) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::DeadAt.is_null())
        .count(database.reader())
        .await
}

/// Forgets published events.
pub async fn published(database: &Database, ids: Vec<Uuid>) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::Id.is_in(ids))
        .exec(database.writer())
        .await?;
    Ok(())
}

/// Keeps an event whose delivery failed for a later try, or gives it up when `dead_at` is set.
pub async fn failed(
    database: &Database,
    event: Model,
    next_attempt_at: Instant,
    dead_at: Option<Instant>,
    error: String,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(event.id),
        attempts: Set(event.attempts.saturating_add(1)),
        next_attempt_at: Set(next_attempt_at),
        dead_at: Set(dead_at),
        last_error: Set(Some(error)),
        ..Default::default()
    };
    Entity::update(row).exec(database.writer()).await?;
    Ok(())
}
