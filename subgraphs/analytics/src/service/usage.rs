//! Who used the graph for what: routers report every few seconds, hours are kept.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use database::{Tx, is_first_delivery};
use kernel::{AccountId, EventId, Instant, Page, PageRequest, Refusal};
use schema::events::router::{UsageRecorded, Used};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, OnConflict, SimpleExpr},
};
use uuid::Uuid;

use super::Analytics;
use crate::{
    domain::{Latencies, Span},
    entities::{
        api_latency,
        api_usage::{self, Column},
    },
    error::Error,
};

/// Rows of one statement.
const ROWS: usize = 200;
/// Longest period that is asked for.
const LONGEST_DAYS: i64 = 400;
/// Under this, the ids of series are made.
const SERIES: Uuid = Uuid::from_u128(0x6d61_7469_6e65_6500_8000_6170_6975_7361);

/// Whose usage of what.
#[derive(Debug, Clone, Default)]
pub struct UsageFilter {
    /// The application's name.
    pub client: Option<String>,
    /// The operation's name.
    pub operation: Option<String>,
    /// The API key.
    pub key: Option<Uuid>,
    /// Only keys of this account.
    pub owner: Option<AccountId>,
}

/// One client, version, key and operation, over the time asked for.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Usage {
    /// Its series.
    pub series: Uuid,
    /// The application's name.
    pub client: String,
    /// Its version.
    pub version: String,
    /// The operation's name.
    pub operation: String,
    /// Its kind.
    pub kind: String,
    /// Its hash.
    pub hash: String,
    /// The key.
    pub key_id: Option<Uuid>,
    /// How often.
    pub count: i64,
    /// How often with errors.
    pub errors: i64,
    /// How long all together.
    pub duration_us: i64,
    /// The longest.
    pub longest_us: i64,
    /// Units.
    pub cost: i64,
    /// Bytes of answers.
    pub bytes: i64,
    /// How many took how long.
    #[sea_orm(skip)]
    pub latencies: Latencies,
}

#[derive(FromQueryResult)]
#[expect(clippy::struct_field_names, reason = "names of columns")]
struct Class {
    series: Uuid,
    class: i32,
    count: i64,
}

impl Analytics {
    /// A router tells what it was used for.
    pub async fn take_usage(&self, event: EventId, told: UsageRecorded) -> Result<(), Error> {
        let hour = Span::Hour.start(told.to);
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            // In a fixed order: two reports at the same time wait for each other instead of blocking each other.
            let used: BTreeMap<Uuid, Used> = told.used.into_iter().map(|used| (series(&used), used)).collect();
            add_usage(&tx, hour, &used).await?;
            add_latencies(&tx, hour, &used).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Usage in the hours that overlap `[from, to)`, the most used first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when `to` is not after `from`, `LIMIT_EXCEEDED` for more than 400 days.
    pub async fn list_usage(
        &self,
        (from, to): (Instant, Instant),
        filter: &UsageFilter,
        request: &PageRequest,
    ) -> Result<Page<Usage>, Error> {
        let (first, last) = hours(from, to)?;
        let mut select = api_usage::Entity::find()
            .filter(Column::Hour.gte(first))
            .filter(Column::Hour.lte(last));
        if let Some(client) = &filter.client {
            select = select.filter(Column::Client.eq(client));
        }
        if let Some(operation) = &filter.operation {
            select = select.filter(Column::Operation.eq(operation));
        }
        if let Some(key) = filter.key {
            select = select.filter(Column::KeyId.eq(key));
        }
        if let Some(owner) = filter.owner {
            select = select.filter(Column::OwnerId.eq(owner.0));
        }
        let mut select = summed(select);
        if let Some((count, series)) = request.after_key::<(i64, Uuid)>()? {
            let tied = sum(Column::Count).eq(count).and(Column::Series.gt(series));
            select = select.having(sum(Column::Count).lt(count).or(tied));
        }
        let rows = select
            .order_by_desc(sum(Column::Count))
            .order_by_asc(Column::Series)
            .limit(u64::from(request.first) + 1)
            .into_model::<Usage>()
            .all(self.0.db.reader())
            .await?;
        let mut page = Page::from_rows(rows, request, |usage| (usage.count, usage.series));
        let series: Vec<Uuid> = page.rows.iter().map(|(_, usage)| usage.series).collect();
        let mut latencies = self.latencies(&series, (first, last)).await?;
        for (_, usage) in &mut page.rows {
            usage.latencies = latencies.remove(&usage.series).unwrap_or_default();
        }
        Ok(page)
    }

    async fn latencies(
        &self,
        series: &[Uuid],
        (first, last): (Instant, Instant),
    ) -> Result<HashMap<Uuid, Latencies>, DbErr> {
        use api_latency::Column;
        let classes = api_latency::Entity::find()
            .select_only()
            .column(Column::Series)
            .column(Column::Class)
            .column_as(sum(Column::Count), "count")
            .filter(Column::Series.is_in(series.iter().copied()))
            .filter(Column::Hour.gte(first))
            .filter(Column::Hour.lte(last))
            .group_by(Column::Series)
            .group_by(Column::Class)
            .into_model::<Class>()
            .all(self.0.db.reader())
            .await?;
        let mut found: HashMap<Uuid, Latencies> = HashMap::new();
        for Class { series, class, count } in classes {
            let class = usize::try_from(class).unwrap_or(usize::MAX);
            found.entry(series).or_default().add(class, count);
        }
        Ok(found)
    }

    /// Deletes usage that is older than the settings say.
    pub(super) async fn forget_usage(&self, now: Instant) -> Result<(), Error> {
        let oldest = now - TimeDelta::days(i64::from(self.0.settings.keep_usage_days));
        let tx = self.0.db.begin().await?;
        let old = api_usage::Entity::delete_many().filter(Column::Hour.lt(oldest));
        old.exec(&tx).await?;
        let old = api_latency::Entity::delete_many().filter(api_latency::Column::Hour.lt(oldest));
        old.exec(&tx).await?;
        Ok(tx.commit().await?)
    }
}

/// The first and the last hour that overlap `[from, to)`.
fn hours(from: Instant, to: Instant) -> Result<(Instant, Instant), Refusal> {
    if from >= to {
        return Err(Refusal::bad_input("to", "to is not after from"));
    }
    let days = (to - from).num_days();
    if days > LONGEST_DAYS {
        let (allowed, sent) = (LONGEST_DAYS.unsigned_abs(), days.unsigned_abs());
        return Err(Refusal::limit("days", allowed, sent).with("field", "to"));
    }
    let last = to - TimeDelta::nanoseconds(1);
    Ok((Span::Hour.start(from), Span::Hour.start(last)))
}

/// What belongs together in every hour.
fn series(used: &Used) -> Uuid {
    let key = used.key.map(|key| key.id);
    let parts = serde_json::json!([used.client, used.version, key, used.operation, used.kind, used.hash]);
    Uuid::new_v5(&SERIES, parts.to_string().as_bytes())
}

/// A sum that is a whole number in both engines: PostgreSQL's is a decimal.
fn sum(column: impl ColumnTrait) -> SimpleExpr {
    column.sum().cast_as("bigint")
}

fn summed(select: Select<api_usage::Entity>) -> Select<api_usage::Entity> {
    let mut select = select.select_only();
    for column in [
        Column::Series,
        Column::Client,
        Column::Version,
        Column::Operation,
        Column::Kind,
        Column::Hash,
        Column::KeyId,
    ] {
        select = select.column(column).group_by(column);
    }
    for column in [
        Column::Count,
        Column::Errors,
        Column::DurationUs,
        Column::Cost,
        Column::Bytes,
    ] {
        select = select.column_as(sum(column), sea_orm::Iden::unquoted(&column));
    }
    select.column_as(Column::LongestUs.max(), "longest_us")
}

async fn add_usage(tx: &Tx, hour: Instant, used: &BTreeMap<Uuid, Used>) -> Result<(), DbErr> {
    let small = |value: u64| Set(i64::try_from(value).unwrap_or(i64::MAX));
    let rows: Vec<api_usage::ActiveModel> = used
        .iter()
        .map(|(series, used)| api_usage::ActiveModel {
            hour: Set(hour),
            series: Set(*series),
            client: Set(used.client.clone()),
            version: Set(used.version.clone()),
            operation: Set(used.operation.clone()),
            kind: Set(used.kind.clone()),
            hash: Set(used.hash.clone()),
            key_id: Set(used.key.map(|key| key.id)),
            owner_id: Set(used.key.map(|key| key.owner.0)),
            count: small(used.count),
            errors: small(used.errors),
            duration_us: small(used.duration_us),
            longest_us: small(used.longest_us),
            cost: small(used.cost),
            bytes: small(used.bytes),
        })
        .collect();
    let mut add = OnConflict::columns([Column::Hour, Column::Series]);
    for column in [
        Column::Count,
        Column::Errors,
        Column::DurationUs,
        Column::Cost,
        Column::Bytes,
    ] {
        let sum = Expr::col((api_usage::Entity, column)).add(Expr::col(("excluded", column)));
        add.value(column, sum);
    }
    let (known, new) = (
        Expr::col((api_usage::Entity, Column::LongestUs)),
        Expr::col(("excluded", Column::LongestUs)),
    );
    let longest = Expr::case(known.clone().gt(new.clone()), known).finally(new);
    add.value(Column::LongestUs, longest);
    for chunk in rows.chunks(ROWS) {
        api_usage::Entity::insert_many(chunk.to_vec())
            .on_conflict(add.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

async fn add_latencies(tx: &Tx, hour: Instant, used: &BTreeMap<Uuid, Used>) -> Result<(), DbErr> {
    use api_latency::Column;
    let mut rows = Vec::new();
    for (series, used) in used {
        for (class, count) in used.durations.iter().enumerate().filter(|(_, count)| **count > 0) {
            rows.push(api_latency::ActiveModel {
                hour: Set(hour),
                series: Set(*series),
                class: Set(i32::try_from(class).unwrap_or(i32::MAX)),
                count: Set(i64::try_from(*count).unwrap_or(i64::MAX)),
            });
        }
    }
    let sum = Expr::col((api_latency::Entity, Column::Count)).add(Expr::col(("excluded", Column::Count)));
    let mut add = OnConflict::columns([Column::Hour, Column::Series, Column::Class]);
    add.value(Column::Count, sum);
    for chunk in rows.chunks(ROWS) {
        api_latency::Entity::insert_many(chunk.to_vec())
            .on_conflict(add.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
