//! What editors write: new titles, changes, people, genres.

use database::Tx;
use kernel::TitleId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::{
    Catalogue, Changed, Problem, bulk,
    problem::unless_unique,
    publishing::{announce_change, locked},
};
use crate::{
    Error,
    domain::{
        details::{self, CreditDraft, Details},
        words,
    },
    entities::{
        Words, asset, credit, genre, person,
        title::{self, Kind, State},
        title_genre, title_word,
    },
};

/// Where a season or an episode belongs.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The series of a season, the season of an episode.
    pub parent: TitleId,
    /// Number in it.
    pub number: i32,
}

impl Catalogue {
    /// Makes a draft. `part` is for seasons and episodes, which are named after their number when `details` has no name.
    pub async fn create(&self, kind: Kind, part: Option<Part>, details: Details) -> Changed<title::Model> {
        details.check()?;
        if let Some(part) = part {
            details::check_number(part.number)?;
        }
        let tx = self.database.begin().await?;
        let mut draft = blank(&tx, kind);
        if let Some(part) = part {
            let Some(parent) = parent_of(&tx, kind, part.parent).await? else {
                return Ok(Err(Problem::ParentNotFound(part.parent)));
            };
            let noun = if kind == Kind::Season { "Season" } else { "Episode" };
            draft.name = format!("{noun} {}", part.number);
            draft.parent_id = Some(parent.id);
            draft.series_id = Some(parent.series_id.unwrap_or(parent.id));
            draft.number = Some(part.number);
        }
        if let Err(problem) = apply(&tx, &mut draft, &details).await? {
            return Ok(Err(problem));
        }
        let inserted = draft.clone().into_active_model().insert(&tx).await;
        if let Err(problem) = unless_unique(inserted, Problem::NumberTaken)? {
            return Ok(Err(problem));
        }
        save_lists(&tx, &draft, &details).await?;
        tx.commit().await?;
        Ok(Ok(draft))
    }

    /// Changes what `details` names; a title that is not of `kind`, when that is given, is not found.
    pub async fn update(&self, id: TitleId, kind: Option<Kind>, details: Details) -> Changed<title::Model> {
        details.check()?;
        let tx = self.database.begin().await?;
        let found = locked(&tx, id).await?;
        let Some(mut row) = found.filter(|row| kind.is_none_or(|kind| row.kind == kind)) else {
            return Ok(Err(Problem::TitleNotFound(id)));
        };
        if let Err(problem) = apply(&tx, &mut row, &details).await? {
            return Ok(Err(problem));
        }
        row.version += 1;
        row.updated_at = tx.now();
        row.clone().into_active_model().reset_all().update(&tx).await?;
        save_lists(&tx, &row, &details).await?;
        announce_change(&tx, &row).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Adds a person.
    pub async fn create_person(&self, name: String) -> Result<person::Model, Error> {
        let named = Details {
            name: Some(name.clone()),
            ..Details::default()
        };
        named.check()?;
        let tx = self.database.begin().await?;
        let row = person::Model {
            id: tx.next_id(),
            name: name.trim().to_owned(),
        };
        row.clone().into_active_model().insert(&tx).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Adds a genre.
    pub async fn create_genre(&self, name: String) -> Changed<genre::Model> {
        let named = Details {
            name: Some(name.clone()),
            ..Details::default()
        };
        named.check()?;
        let tx = self.database.begin().await?;
        let sent = genre::Entity::find().count(&tx).await? + 1;
        if sent > super::lists::MAX_GENRES {
            return Err(kernel::Refusal::limit("genres", super::lists::MAX_GENRES, sent).into());
        }
        let name = name.trim().to_owned();
        let row = genre::Model {
            id: tx.next_id(),
            folded: words::fold(&name),
            name,
        };
        let inserted = row.clone().into_active_model().insert(&tx).await;
        if let Err(problem) = unless_unique(inserted, Problem::NameTaken)? {
            return Ok(Err(problem));
        }
        tx.commit().await?;
        Ok(Ok(row))
    }
}

pub(super) fn blank(tx: &Tx, kind: Kind) -> title::Model {
    let now = tx.now();
    title::Model {
        id: tx.next_id(),
        kind,
        state: State::Draft,
        name: String::new(),
        sort_name: String::new(),
        synopsis: String::new(),
        release_year: None,
        runtime_seconds: None,
        rating_system: None,
        rating_code: None,
        min_age: None,
        country: None,
        tags: Words::default(),
        packages: Words::default(),
        parent_id: None,
        series_id: None,
        number: None,
        uploader_id: None,
        asset_id: None,
        thumbnail_url: None,
        published_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// A season belongs to a series, an episode to a season.
async fn parent_of(tx: &Tx, kind: Kind, id: TitleId) -> Result<Option<title::Model>, DbErr> {
    let wanted = if kind == Kind::Season {
        Kind::Series
    } else {
        Kind::Season
    };
    Ok(title::Entity::find_by_id(id.0)
        .one(tx)
        .await?
        .filter(|parent| parent.kind == wanted))
}

/// Writes `details` into `row`, after looking up what they refer to.
pub(super) async fn apply(tx: &Tx, row: &mut title::Model, details: &Details) -> Changed<()> {
    let is_playable = !matches!(row.kind, Kind::Series | Kind::Season);
    if !is_playable && (details.runtime_seconds.is_some() || details.asset.is_some()) {
        return Ok(Err(Problem::NotPlayable));
    }
    if let Err(problem) = references(tx, details).await? {
        return Ok(Err(problem));
    }
    if let Some(name) = &details.name {
        name.trim().clone_into(&mut row.name);
    }
    row.sort_name = words::sort_name(&row.name);
    if let Some(synopsis) = &details.synopsis {
        synopsis.trim().clone_into(&mut row.synopsis);
    }
    if let Some(rating) = &details.rating {
        row.rating_system = Some(rating.system.clone());
        row.rating_code = Some(rating.code.clone());
        row.min_age = Some(rating.min_age);
    }
    if let Some(tags) = &details.tags {
        row.tags = Words(tags.clone());
    }
    if let Some(packages) = &details.packages {
        row.packages = Words(packages.clone());
    }
    row.release_year = details.release_year.or(row.release_year);
    row.runtime_seconds = details.runtime_seconds.or(row.runtime_seconds);
    row.country = details.country.clone().or_else(|| row.country.take());
    row.asset_id = details.asset.map(Uuid::from).or(row.asset_id);
    Ok(Ok(()))
}

async fn references(tx: &Tx, details: &Details) -> Changed<()> {
    for genre in details.genres.iter().flatten() {
        if genre::Entity::find_by_id(genre.0).one(tx).await?.is_none() {
            return Ok(Err(Problem::GenreNotFound(*genre)));
        }
    }
    if let Some(credits) = &details.credits {
        let mut people: Vec<Uuid> = credits.iter().map(|credit| credit.person.0).collect();
        people.sort_unstable();
        people.dedup();
        let wanted = people.len() as u64;
        if person::Entity::find()
            .filter(person::Column::Id.is_in(people))
            .count(tx)
            .await?
            != wanted
        {
            return Ok(Err(Problem::PersonNotFound));
        }
    }
    if let Some(asset) = details.asset
        && asset::Entity::find_by_id(asset.0).one(tx).await?.is_none()
    {
        return Ok(Err(Problem::AssetNotFound(asset)));
    }
    Ok(Ok(()))
}

/// Replaces the lists that `details` names, and the words of the name.
pub(super) async fn save_lists(tx: &Tx, row: &title::Model, details: &Details) -> Result<(), DbErr> {
    if let Some(genres) = &details.genres {
        title_genre::Entity::delete_many()
            .filter(title_genre::Column::TitleId.eq(row.id))
            .exec(tx)
            .await?;
        let links = (0..).zip(genres).map(|(position, genre)| title_genre::ActiveModel {
            title_id: Set(row.id),
            genre_id: Set(genre.0),
            position: Set(position),
        });
        bulk::insert(tx, links.collect()).await?;
    }
    if let Some(credits) = &details.credits {
        credit::Entity::delete_many()
            .filter(credit::Column::TitleId.eq(row.id))
            .exec(tx)
            .await?;
        bulk::insert(tx, credit_rows(row.id, credits).collect()).await?;
    }
    title_word::Entity::delete_many()
        .filter(title_word::Column::TitleId.eq(row.id))
        .exec(tx)
        .await?;
    bulk::insert(tx, bulk::word_rows(row).collect()).await
}

fn credit_rows(title: Uuid, credits: &[CreditDraft]) -> impl Iterator<Item = credit::ActiveModel> {
    (0..).zip(credits).map(move |(position, credit)| credit::ActiveModel {
        title_id: Set(title),
        position: Set(position),
        person_id: Set(credit.person.0),
        role: Set(credit.role.into()),
        character: Set(credit.character.clone()),
    })
}
