//! Events and their counts are one transaction: a chart never disagrees with the log.

use std::collections::{BTreeMap, HashSet};

use database::{Tx, is_first_delivery};
use kernel::{AccountId, EventId, Instant};
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::Analytics;
use crate::{
    domain::{Span, kind},
    entities::{event, roll_up},
    error::Error,
};

/// Rows of one statement.
const ROWS: usize = 200;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The key of deduplication.
    pub id: Uuid,
    /// What happened.
    pub kind: String,
    /// When.
    pub at: Instant,
    /// Whose.
    pub account: Option<AccountId>,
    /// What it is about.
    pub subject: Option<String>,
    /// What else there is to say, JSON.
    pub metadata: Option<String>,
}

impl Analytics {
    /// Another service tells that something happened.
    pub async fn take(&self, event: EventId, happened: NewEvent) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            record(&tx, vec![happened]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Takes the demo's past, unless it is there.
    pub async fn take_demo(&self, events: Vec<NewEvent>) -> Result<(), Error> {
        let Some(first) = events.first() else { return Ok(()) };
        if event::Entity::find_by_id(first.id)
            .one(self.0.db.reader())
            .await?
            .is_some()
        {
            return Ok(());
        }
        let tx = self.0.db.begin().await?;
        record(&tx, events).await?;
        Ok(tx.commit().await?)
    }
}

/// Writes `events` and counts those that are new; gives back how many were.
pub(super) async fn record(tx: &Tx, mut events: Vec<NewEvent>) -> Result<usize, Error> {
    let mut seen = HashSet::new();
    events.retain(|event| seen.insert(event.id));
    // A fixed order: two transactions with the same events wait for each other instead of blocking each other.
    events.sort_by_key(|event| event.id);
    let mut new = HashSet::new();
    for chunk in events.chunks(ROWS) {
        new.extend(insert(tx, chunk).await?);
    }
    events.retain(|event| new.contains(&event.id));
    count(tx, &events).await?;
    Ok(events.len())
}

/// Inserts what is not there yet and gives back its ids.
async fn insert(tx: &Tx, events: &[NewEvent]) -> Result<Vec<Uuid>, DbErr> {
    let received_at = tx.now();
    let rows = events.iter().map(|happened| event::ActiveModel {
        id: Set(happened.id),
        kind: Set(happened.kind.clone()),
        at: Set(happened.at),
        account_id: Set(happened.account.map(|account| account.0)),
        subject: Set(happened.subject.clone()),
        metadata: Set(happened.metadata.clone()),
        received_at: Set(received_at),
    });
    let keep = OnConflict::column(event::Column::Id).do_nothing().to_owned();
    let mut statement = event::Entity::insert_many(rows).on_conflict(keep).into_query();
    statement.returning_col(event::Column::Id);
    tx.query_all(&statement)
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect()
}

async fn count(tx: &Tx, events: &[NewEvent]) -> Result<(), DbErr> {
    let mut counts: BTreeMap<(&str, Span, Instant), i64> = BTreeMap::new();
    for event in events {
        for span in Span::ALL {
            let start = span.start(event.at);
            *counts.entry((&event.kind, span, start)).or_default() += 1;
            *counts.entry((kind::ANY, span, start)).or_default() += 1;
        }
    }
    let mut rows: Vec<roll_up::ActiveModel> = counts
        .into_iter()
        .map(|((kind, span, starts_at), count)| roll_up::ActiveModel {
            kind: Set(kind.to_owned()),
            span: Set(span.name().to_owned()),
            starts_at: Set(starts_at),
            count: Set(count),
        })
        .collect();
    while !rows.is_empty() {
        let chunk: Vec<_> = rows.drain(..rows.len().min(ROWS)).collect();
        roll_up::Entity::insert_many(chunk)
            .on_conflict(add())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn add() -> OnConflict {
    use roll_up::Column;
    let sum = Expr::col((roll_up::Entity, Column::Count)).add(Expr::col(("excluded", Column::Count)));
    OnConflict::columns([Column::Kind, Column::Span, Column::StartsAt])
        .value(Column::Count, sum)
        .to_owned()
}
