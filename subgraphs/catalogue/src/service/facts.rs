//! What other services are told of titles.

use std::collections::HashMap;

use database::Tx;
use kernel::{AssetId, GenreId, PersonId, TitleId};
use schema::events::catalogue::{AssetRef, GenreRef, PersonRef, TitleFacts, TitleKind};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entities::{
    asset, credit, genre, person,
    title::{self, Kind},
    title_genre,
};

/// Titles of one statement: below the engines' limits on parameters.
const CHUNK: usize = 200;

/// Everything that events say of `titles`, in their order: six statements for each two hundred.
pub(super) async fn of(tx: &Tx, titles: &[title::Model]) -> Result<Vec<TitleFacts>, DbErr> {
    let mut all = Vec::with_capacity(titles.len());
    for chunk in titles.chunks(CHUNK) {
        let known = Known::read(tx, chunk).await?;
        all.extend(chunk.iter().map(|title| known.facts(title)));
    }
    Ok(all)
}

/// The rows that belong to some titles.
struct Known {
    genres: HashMap<Uuid, Vec<GenreRef>>,
    people: HashMap<Uuid, Vec<PersonRef>>,
    assets: HashMap<Uuid, asset::Model>,
    season_numbers: HashMap<Uuid, Option<i32>>,
}

impl Known {
    async fn read(tx: &Tx, titles: &[title::Model]) -> Result<Self, DbErr> {
        let ids: Vec<Uuid> = titles.iter().map(|title| title.id).collect();
        let asset_ids = titles.iter().filter_map(|title| title.asset_id);
        let assets = asset::Entity::find()
            .filter(asset::Column::Id.is_in(asset_ids))
            .all(tx)
            .await?;
        let parents = titles
            .iter()
            .filter(|title| title.kind == Kind::Episode)
            .filter_map(|title| title.parent_id);
        let seasons = title::Entity::find()
            .filter(title::Column::Id.is_in(parents))
            .all(tx)
            .await?;
        Ok(Self {
            genres: genres(tx, &ids).await?,
            people: people(tx, &ids).await?,
            assets: assets.into_iter().map(|asset| (asset.id, asset)).collect(),
            season_numbers: seasons.into_iter().map(|season| (season.id, season.number)).collect(),
        })
    }

    fn facts(&self, title: &title::Model) -> TitleFacts {
        let season_number = match title.kind {
            Kind::Season => title.number,
            Kind::Episode => title
                .parent_id
                .and_then(|season| self.season_numbers.get(&season).copied().flatten()),
            Kind::Movie | Kind::Series | Kind::Video => None,
        };
        TitleFacts {
            title: title.title(),
            kind: kind(title.kind),
            name: title.name.clone(),
            synopsis: title.synopsis.clone(),
            genres: self.genres.get(&title.id).cloned().unwrap_or_default(),
            people: self.people.get(&title.id).cloned().unwrap_or_default(),
            tags: title.tags.0.clone(),
            release_year: title.release_year,
            runtime_seconds: title.runtime_seconds,
            min_age: title.min_age,
            packages: title.packages.0.clone(),
            series: title.series_id.map(TitleId),
            season_number,
            episode_number: title.number.filter(|_| title.kind == Kind::Episode),
            asset: title.asset_id.and_then(|id| self.assets.get(&id)).map(asset_ref),
            published_at: title.published_at.unwrap_or(title.updated_at),
            version: title.version,
        }
    }
}

async fn genres(tx: &Tx, titles: &[Uuid]) -> Result<HashMap<Uuid, Vec<GenreRef>>, DbErr> {
    let links = title_genre::Entity::find()
        .filter(title_genre::Column::TitleId.is_in(titles.iter().copied()))
        .order_by_asc(title_genre::Column::Position)
        .all(tx)
        .await?;
    let wanted = links.iter().map(|link| link.genre_id);
    let rows = genre::Entity::find()
        .filter(genre::Column::Id.is_in(wanted))
        .all(tx)
        .await?;
    let names: HashMap<Uuid, String> = rows.into_iter().map(|row| (row.id, row.name)).collect();
    let mut found: HashMap<Uuid, Vec<GenreRef>> = HashMap::new();
    for link in links {
        if let Some(name) = names.get(&link.genre_id) {
            let genre = GenreRef {
                id: GenreId(link.genre_id),
                name: name.clone(),
            };
            found.entry(link.title_id).or_default().push(genre);
        }
    }
    Ok(found)
}

async fn people(tx: &Tx, titles: &[Uuid]) -> Result<HashMap<Uuid, Vec<PersonRef>>, DbErr> {
    let credits = credit::Entity::find()
        .filter(credit::Column::TitleId.is_in(titles.iter().copied()))
        .order_by_asc(credit::Column::Position)
        .all(tx)
        .await?;
    let mut wanted: Vec<Uuid> = credits.iter().map(|credit| credit.person_id).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut names: HashMap<Uuid, String> = HashMap::new();
    for chunk in wanted.chunks(CHUNK) {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(chunk.iter().copied()))
            .all(tx)
            .await?;
        names.extend(rows.into_iter().map(|row| (row.id, row.name)));
    }
    let mut found: HashMap<Uuid, Vec<PersonRef>> = HashMap::new();
    for credit in credits {
        let people = found.entry(credit.title_id).or_default();
        let id = PersonId(credit.person_id);
        // Somebody who directs and plays is one person of the title.
        if let Some(name) = names.get(&credit.person_id)
            && people.iter().all(|known| known.id != id)
        {
            people.push(PersonRef { id, name: name.clone() });
        }
    }
    Ok(found)
}

fn asset_ref(asset: &asset::Model) -> AssetRef {
    AssetRef {
        id: AssetId(asset.id),
        revision: asset.revision,
        original_key: asset.original_key.clone(),
        original_bytes: asset.original_bytes,
        original_type: asset.original_type.clone(),
        duration_ms: asset.duration_ms,
    }
}

const fn kind(kind: Kind) -> TitleKind {
    match kind {
        Kind::Movie => TitleKind::Movie,
        Kind::Series => TitleKind::Series,
        Kind::Season => TitleKind::Season,
        Kind::Episode => TitleKind::Episode,
        Kind::Video => TitleKind::Video,
    }
}
