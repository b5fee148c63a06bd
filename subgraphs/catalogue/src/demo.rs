//! The demo's titles, as the catalogue stores them.

use kernel::Instant;
use uuid::Uuid;

use crate::{
    Error,
    domain::words,
    entities::{
        Words, artwork, asset, credit, genre, person,
        title::{self, Kind, State},
        title_genre,
    },
    service::{Catalogue, Shelf},
};

/// Adds the demo's titles to an empty catalogue; does nothing when it has any.
pub(crate) async fn load(catalogue: &Catalogue, now: Instant) -> Result<(), Error> {
    if !catalogue.is_empty().await? {
        return Ok(());
    }
    catalogue.add(shelf(now)).await
}

fn shelf(now: Instant) -> Shelf {
    let titles = demo::titles();
    Shelf {
        titles: titles.iter().map(|title| title_row(title, now)).collect(),
        genres: demo::genres().iter().map(genre_row).collect(),
        title_genres: titles.iter().flat_map(genre_links).collect(),
        people: demo::people()
            .iter()
            .map(|row| person::Model {
                id: row.id.into(),
                name: row.name.clone(),
            })
            .collect(),
        credits: titles.iter().flat_map(credit_rows).collect(),
        artwork: demo::pictures().iter().filter_map(artwork_row).collect(),
        assets: vec![film()],
    }
}

fn title_row(title: &demo::Title, now: Instant) -> title::Model {
    let is_playable = !matches!(title.kind, demo::TitleKind::Series | demo::TitleKind::Season);
    let administrator = demo::accounts().last().map(|account| Uuid::from(account.id));
    title::Model {
        id: title.id.into(),
        kind: kind(title.kind),
        state: State::Published,
        name: title.name.clone(),
        sort_name: words::sort_name(&title.name),
        synopsis: title.synopsis.clone(),
        release_year: Some(title.release_year),
        runtime_seconds: title.runtime_seconds,
        rating_system: Some(title.rating.system.to_owned()),
        rating_code: Some(title.rating.code.to_owned()),
        min_age: Some(i32::from(title.rating.min_age)),
        country: Some(title.country.clone()),
        tags: Words(title.tags.clone()),
        packages: Words(title.packages.clone()),
        parent_id: title.season.or(title.series).map(Uuid::from),
        series_id: title.series.map(Uuid::from),
        number: title.number,
        uploader_id: administrator.filter(|_| title.kind == demo::TitleKind::Video),
        asset_id: is_playable.then(|| demo::asset().id.into()),
        thumbnail_url: None,
        published_at: Some(title.published_at(now)),
        version: 1,
        created_at: title.published_at(now),
        updated_at: title.published_at(now),
    }
}

fn genre_row(genre: &demo::Genre) -> genre::Model {
    genre::Model {
        id: genre.id.into(),
        name: genre.name.clone(),
        folded: words::fold(&genre.name),
    }
}

fn genre_links(title: &demo::Title) -> impl Iterator<Item = title_genre::Model> {
    (0..).zip(&title.genres).map(|(position, genre)| title_genre::Model {
        title_id: title.id.into(),
        genre_id: (*genre).into(),
        position,
    })
}

fn credit_rows(title: &demo::Title) -> impl Iterator<Item = credit::Model> {
    (0..).zip(&title.credits).map(|(position, credit)| credit::Model {
        title_id: title.id.into(),
        position,
        person_id: credit.person.into(),
        role: match credit.role {
            demo::CreditRole::Director => credit::Role::Director,
            demo::CreditRole::Actor => credit::Role::Actor,
        },
        character: credit.character.clone(),
    })
}

fn artwork_row(picture: &demo::Picture) -> Option<artwork::Model> {
    let owner_id = match picture.subject {
        demo::Subject::Title(id) => id.into(),
        demo::Subject::Person(id) => id.into(),
        // Channels are live TV's.
        demo::Subject::Channel(_) => return None,
    };
    let kind = match picture.kind {
        demo::PictureKind::Poster => artwork::Kind::Poster,
        demo::PictureKind::Backdrop => artwork::Kind::Backdrop,
        demo::PictureKind::Still => artwork::Kind::Still,
        demo::PictureKind::Portrait => artwork::Kind::Portrait,
        demo::PictureKind::Logo => return None,
    };
    let (width, height) = (picture.width.cast_signed(), picture.height.cast_signed());
    Some(artwork::Model {
        id: picture.id,
        owner_id,
        kind,
        width,
        height,
    })
}

fn film() -> asset::Model {
    let asset = demo::asset();
    asset::Model {
        id: asset.id.into(),
        revision: asset.revision.cast_signed(),
        original_key: demo::film::original_key(),
        original_bytes: i64::try_from(demo::film::ORIGINAL.len()).unwrap_or(i64::MAX),
        original_type: demo::film::CONTENT_TYPE.to_owned(),
        duration_ms: i64::try_from(demo::film::DURATION_MS).unwrap_or(i64::MAX),
    }
}

const fn kind(kind: demo::TitleKind) -> Kind {
    match kind {
        demo::TitleKind::Movie => Kind::Movie,
        demo::TitleKind::Series => Kind::Series,
        demo::TitleKind::Season => Kind::Season,
        demo::TitleKind::Episode => Kind::Episode,
        demo::TitleKind::Video => Kind::Video,
    }
}
