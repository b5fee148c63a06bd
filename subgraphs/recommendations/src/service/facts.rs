//! What other services tell of titles and profiles.

use database::is_first_delivery;
use kernel::{AccountId, EventId, Instant, TitleId};
use schema::events::{accounts::ProfileChanged, catalogue::TitleFacts};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::Recommendations;
use crate::{
    domain::Named,
    entities::{
        interaction, profile, rating,
        title::{self, NamedList, Words},
    },
    error::Error,
};

impl Recommendations {
    /// A title was published or changed.
    pub async fn apply_title(&self, event: EventId, facts: TitleFacts) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            write_title(&tx, row(facts)).await?;
        }
        tx.commit().await?;
        self.outdate();
        Ok(())
    }

    /// A title was withdrawn.
    pub async fn withdraw_title(&self, event: EventId, title: TitleId, version: i64) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            // The trace stays even if the title was never seen: its publication may still be on its way.
            let trace = title::Model {
                id: title.0,
                kind: String::new(),
                name: String::new(),
                genres: NamedList::default(),
                people: NamedList::default(),
                tags: Words::default(),
                release_year: None,
                min_age: None,
                series_id: None,
                published_at: None,
                withdrawn: true,
                version,
            };
            write_title(&tx, trace).await?;
        }
        tx.commit().await?;
        self.outdate();
        Ok(())
    }

    /// A profile was made, changed or deleted; what a deleted one watched is forgotten.
    pub async fn apply_profile(&self, event: EventId, changed: ProfileChanged) -> Result<(), Error> {
        use profile::Column;
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            let row = profile::ActiveModel {
                id: Set(changed.profile.0),
                account_id: Set(changed.account.0),
                kids: Set(changed.kids),
                max_age: Set(changed.max_age),
                deleted: Set(changed.deleted),
                changed_at: Set(changed.at),
            };
            let known = Expr::col((profile::Entity, Column::ChangedAt));
            let latest_wins = OnConflict::column(Column::Id)
                .update_columns([
                    Column::AccountId,
                    Column::Kids,
                    Column::MaxAge,
                    Column::Deleted,
                    Column::ChangedAt,
                ])
                .action_and_where(known.lte(Expr::col(("excluded", Column::ChangedAt))))
                .to_owned();
            profile::Entity::insert(row)
                .on_conflict(latest_wins)
                .exec_without_returning(&tx)
                .await?;
            if changed.deleted {
                forget(&tx, &[changed.profile.0]).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// An account was closed: what its profiles watched is forgotten.
    pub async fn close_account(&self, event: EventId, account: AccountId, at: Instant) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            let profiles = profile::Entity::of_account(account).all(&tx).await?;
            let ids: Vec<Uuid> = profiles.iter().map(|row| row.id).collect();
            forget(&tx, &ids).await?;
            profile::Entity::update_many()
                .col_expr(profile::Column::Deleted, Expr::value(true))
                .col_expr(profile::Column::ChangedAt, Expr::value(at))
                .filter(profile::Column::AccountId.eq(account.0))
                .exec(&tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn forget(tx: &impl ConnectionTrait, profiles: &[Uuid]) -> Result<(), DbErr> {
    let ids = profiles.iter().copied();
    interaction::Entity::delete_many()
        .filter(interaction::Column::ProfileId.is_in(ids.clone()))
        .exec(tx)
        .await?;
    rating::Entity::delete_many()
        .filter(rating::Column::ProfileId.is_in(ids))
        .exec(tx)
        .await?;
    Ok(())
}

fn row(facts: TitleFacts) -> title::Model {
    let kind = serde_json::to_value(facts.kind).ok();
    title::Model {
        id: facts.title.0,
        kind: kind
            .and_then(|kind| kind.as_str().map(str::to_owned))
            .unwrap_or_default(),
        name: facts.name,
        genres: NamedList(
            facts
                .genres
                .into_iter()
                .map(|genre| Named {
                    id: genre.id.0,
                    name: genre.name,
                })
                .collect(),
        ),
        people: NamedList(
            facts
                .people
                .into_iter()
                .map(|one| Named {
                    id: one.id.0,
                    name: one.name,
                })
                .collect(),
        ),
        tags: Words(facts.tags),
        release_year: facts.release_year,
        min_age: facts.min_age,
        series_id: facts.series.map(|series| series.0),
        published_at: Some(facts.published_at),
        withdrawn: false,
        version: facts.version,
    }
}

async fn write_title(tx: &impl ConnectionTrait, row: title::Model) -> Result<(), DbErr> {
    use sea_orm::{ActiveModelTrait, IntoActiveModel, Iterable};
    use title::{Column, Entity};
    let known = Expr::col((Entity, Column::Version));
    let newest_wins = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id)))
        .action_and_where(known.lt(Expr::col(("excluded", Column::Version))))
        .to_owned();
    let row = row.into_active_model().reset_all();
    Entity::insert(row)
        .on_conflict(newest_wins)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
