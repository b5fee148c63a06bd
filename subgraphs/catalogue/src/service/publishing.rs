//! Publishing and withdrawing, parts included.

use database::Tx;
use kernel::TitleId;
use schema::events::catalogue::{TitleChanged, TitlePublished, TitleWithdrawn};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Catalogue, Changed, Problem, facts};
use crate::{
    Error,
    entities::{
        artwork, credit,
        title::{self, Kind, State},
        title_genre, title_word,
    },
};

/// Titles of one statement: below the engines' limits on parameters.
const CHUNK: usize = 200;

impl Catalogue {
    /// Lets everybody find `id` and, of a series or season, its parts. Twice is once.
    pub async fn publish(&self, id: TitleId) -> Changed<title::Model> {
        let tx = self.database.begin().await?;
        let Some(found) = locked(&tx, id).await? else {
            return Ok(Err(Problem::TitleNotFound(id)));
        };
        if let Some(parent) = found.parent_id {
            let parent = title::Entity::find_by_id(parent).one(&tx).await?;
            if !parent.is_some_and(|parent| parent.is_published()) {
                return Ok(Err(Problem::ParentNotPublished));
            }
        }
        let now = tx.now();
        let mut published = Vec::new();
        for row in with_parts(&tx, found).await? {
            if row.is_published() {
                continue;
            }
            published.push(title::Model {
                state: State::Published,
                published_at: Some(row.published_at.unwrap_or(now)),
                version: row.version + 1,
                updated_at: now,
                ..row
            });
        }
        save_states(&tx, &published).await?;
        announce(&tx, &published).await?;
        self.finish(tx, id).await
    }

    /// Hides `id` and, of a series or season, its parts from everybody but editors. Twice is once.
    pub async fn withdraw(&self, id: TitleId) -> Changed<title::Model> {
        let tx = self.database.begin().await?;
        let Some(found) = locked(&tx, id).await? else {
            return Ok(Err(Problem::TitleNotFound(id)));
        };
        hide(&tx, found).await?;
        self.finish(tx, id).await
    }

    /// Deletes `id` and, of a series or season, its parts: nobody finds them again, editors neither. A title that is
    /// not of `kind`, when that is given, is not found.
    pub async fn delete(&self, id: TitleId, kind: Option<Kind>) -> Changed<TitleId> {
        let tx = self.database.begin().await?;
        let found = locked(&tx, id).await?;
        let Some(found) = found.filter(|row| kind.is_none_or(|kind| row.kind == kind)) else {
            return Ok(Err(Problem::TitleNotFound(id)));
        };
        erase(&tx, found).await?;
        tx.commit().await?;
        Ok(Ok(id))
    }

    async fn finish(&self, tx: Tx, id: TitleId) -> Changed<title::Model> {
        let row = title::Entity::find_by_id(id.0).one(&tx).await?;
        tx.commit().await?;
        Ok(row.ok_or(Problem::TitleNotFound(id)))
    }
}

/// Hides `title` and its parts, and tells of those that could be found. Gives back all of them.
async fn hide(tx: &Tx, title: title::Model) -> Result<Vec<title::Model>, DbErr> {
    let now = tx.now();
    let all = with_parts(tx, title).await?;
    let mut withdrawn = Vec::new();
    for row in all.iter().filter(|row| row.is_published()) {
        withdrawn.push(title::Model {
            state: State::Withdrawn,
            version: row.version + 1,
            updated_at: now,
            ..row.clone()
        });
    }
    save_states(tx, &withdrawn).await?;
    for row in &withdrawn {
        tx.raise(&TitleWithdrawn {
            title: row.title(),
            version: row.version,
        })
        .await?;
    }
    Ok(all)
}

/// Hides `title` and its parts, then deletes their rows and all that belongs to them.
pub(super) async fn erase(tx: &Tx, title: title::Model) -> Result<(), DbErr> {
    let all = hide(tx, title).await?;
    let ids: Vec<Uuid> = all.iter().map(|row| row.id).collect();
    for ids in ids.chunks(CHUNK) {
        let ids = || ids.iter().copied();
        title_genre::Entity::delete_many()
            .filter(title_genre::Column::TitleId.is_in(ids()))
            .exec(tx)
            .await?;
        credit::Entity::delete_many()
            .filter(credit::Column::TitleId.is_in(ids()))
            .exec(tx)
            .await?;
        title_word::Entity::delete_many()
            .filter(title_word::Column::TitleId.is_in(ids()))
            .exec(tx)
            .await?;
        artwork::Entity::delete_many()
            .filter(artwork::Column::OwnerId.is_in(ids()))
            .exec(tx)
            .await?;
        title::Entity::delete_many()
            .filter(title::Column::Id.is_in(ids()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The title, kept from other editors until the transaction ends (Postgres; SQLite has one writer anyway).
pub(super) async fn locked(tx: &Tx, id: TitleId) -> Result<Option<title::Model>, Error> {
    Ok(title::Entity::find_by_id(id.0).lock_exclusive().one(tx).await?)
}

/// `title`, its seasons and their episodes, in that order.
async fn with_parts(tx: &Tx, title: title::Model) -> Result<Vec<title::Model>, DbErr> {
    let parts = match title.kind {
        Kind::Series => Some(title::Column::SeriesId),
        Kind::Season => Some(title::Column::ParentId),
        Kind::Movie | Kind::Episode | Kind::Video => None,
    };
    let mut all = vec![title];
    if let Some(column) = parts {
        let of = all[0].id;
        let mut found = title::Entity::find()
            .filter(column.eq(of))
            .lock_exclusive()
            .all(tx)
            .await?;
        found.sort_by_key(|part| (part.kind == Kind::Episode, part.number));
        all.append(&mut found);
    }
    Ok(all)
}

async fn save_states(tx: &Tx, rows: &[title::Model]) -> Result<(), DbErr> {
    for row in rows {
        let changed = title::ActiveModel {
            id: Set(row.id),
            state: Set(row.state),
            published_at: Set(row.published_at),
            version: Set(row.version),
            updated_at: Set(row.updated_at),
            ..Default::default()
        };
        title::Entity::update(changed).exec(tx).await?;
    }
    Ok(())
}

/// Raises one [`TitlePublished`] for each of `rows`.
pub(super) async fn announce(tx: &Tx, rows: &[title::Model]) -> Result<(), DbErr> {
    for facts in facts::of(tx, rows).await? {
        tx.raise(&TitlePublished {
            title: facts.title,
            facts,
        })
        .await?;
    }
    Ok(())
}

/// Raises [`TitleChanged`] if everybody can find `row`.
pub(super) async fn announce_change(tx: &Tx, row: &title::Model) -> Result<(), DbErr> {
    if !row.is_published() {
        return Ok(());
    }
    for facts in facts::of(tx, std::slice::from_ref(row)).await? {
        tx.raise(&TitleChanged {
            title: facts.title,
            facts,
        })
        .await?;
    }
    Ok(())
}
