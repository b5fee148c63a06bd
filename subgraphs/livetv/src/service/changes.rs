//! Writing the guide: programmes, the log of changes and the events, in one transaction.

use database::Tx;
use kernel::{ImportId, Instant};
use schema::events::livetv::{ChangeKind, GuideChanged, ProgrammeChange};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use super::{IDS_AT_ONCE, ROWS_AT_ONCE, log};
use crate::{
    Error,
    domain::{
        diff::Stored,
        genre::Genre,
        schedule::{Details, Entry},
    },
    entities::{
        More, Words,
        guide_change::{self, Kind},
        programme,
    },
};

/// Changes of one event, as its type promises.
pub(super) const CHANGES_AT_ONCE: usize = 500;

/// One change of the guide.
pub(super) struct Change {
    /// How.
    pub kind: Kind,
    /// The programme as it is from now on; for a removed one, as it was.
    pub programme: programme::Model,
}

/// Writes `changes`, notes them in the log and raises their events. No change, no event.
pub(super) async fn record(tx: &Tx, import: ImportId, changes: Vec<Change>) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    write(tx, &changes).await?;
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let first = log::take_places(tx, count).await? - count + 1;
    let now = tx.now();
    let places = first..;
    let rows = places.zip(&changes).map(|(cursor, change)| {
        guide_change::Model {
            cursor,
            import_id: import.0,
            programme_id: change.programme.id,
            channel_id: change.programme.channel_id,
            kind: change.kind,
            changed_at: now,
        }
        .into_active_model()
    });
    let rows: Vec<_> = rows.collect();
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        guide_change::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    let mut cursor = first - 1;
    let mut changes = changes.into_iter().peekable();
    while changes.peek().is_some() {
        let told: Vec<_> = changes.by_ref().take(CHANGES_AT_ONCE).map(tell).collect();
        cursor += i64::try_from(told.len()).unwrap_or(i64::MAX);
        tx.raise(&GuideChanged {
            import,
            cursor,
            changes: told,
        })
        .await?;
    }
    Ok(())
}

async fn write(tx: &Tx, changes: &[Change]) -> Result<(), Error> {
    let of = |kind: Kind| {
        changes
            .iter()
            .filter(move |change| change.kind == kind)
            .map(|change| &change.programme)
    };
    // Removed first: a start may be taken again.
    let removed: Vec<_> = of(Kind::Removed).map(|programme| programme.id).collect();
    for chunk in removed.chunks(IDS_AT_ONCE) {
        let gone = programme::Column::Id.is_in(chunk.iter().copied());
        programme::Entity::delete_many().filter(gone).exec(tx).await?;
    }
    let updated: Vec<_> = of(Kind::Updated).map(row).collect();
    for chunk in updated.chunks(ROWS_AT_ONCE) {
        programme::Entity::insert_many(chunk.to_vec())
            .on_conflict(overwrite())
            .exec_without_returning(tx)
            .await?;
    }
    let added: Vec<_> = of(Kind::Added).map(row).collect();
    for chunk in added.chunks(ROWS_AT_ONCE) {
        programme::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn row(programme: &programme::Model) -> programme::ActiveModel {
    programme::ActiveModel {
        id: Set(programme.id),
        channel_id: Set(programme.channel_id),
        starts_at: Set(programme.starts_at),
        ends_at: Set(programme.ends_at),
        title: Set(programme.title.clone()),
        subtitle: Set(programme.subtitle.clone()),
        description: Set(programme.description.clone()),
        categories: Set(programme.categories.clone()),
        season: Set(programme.season),
        episode: Set(programme.episode),
        genre: Set(programme.genre.clone()),
        series_key: Set(programme.series_key.clone()),
        episode_key: Set(programme.episode_key.clone()),
        is_new: Set(programme.is_new),
        is_premiere: Set(programme.is_premiere),
        is_live: Set(programme.is_live),
        is_repeat: Set(programme.is_repeat),
        is_last_chance: Set(programme.is_last_chance),
        rating: Set(programme.rating.clone()),
        image_url: Set(programme.image_url.clone()),
        year: Set(programme.year),
        extras: Set(programme.extras.clone()),
    }
}

fn overwrite() -> OnConflict {
    use programme::Column;
    OnConflict::column(Column::Id)
        .update_columns([
            Column::StartsAt,
            Column::EndsAt,
            Column::Title,
            Column::Subtitle,
            Column::Description,
            Column::Categories,
            Column::Season,
            Column::Episode,
            Column::Genre,
            Column::SeriesKey,
            Column::EpisodeKey,
            Column::IsNew,
            Column::IsPremiere,
            Column::IsLive,
            Column::IsRepeat,
            Column::IsLastChance,
            Column::Rating,
            Column::ImageUrl,
            Column::Year,
            Column::Extras,
        ])
        .to_owned()
}

fn tell(change: Change) -> ProgrammeChange {
    let Change { kind, programme } = change;
    ProgrammeChange {
        kind: match kind {
            Kind::Added => ChangeKind::Added,
            Kind::Updated => ChangeKind::Updated,
            Kind::Removed => ChangeKind::Removed,
        },
        programme: programme.programme(),
        channel: programme.channel(),
        title: programme.title,
        subtitle: programme.subtitle,
        description: programme.description,
        categories: programme.categories.0,
        genre: programme.genre,
        image_url: programme.image_url,
        is_new: programme.is_new,
        starts_at: programme.starts_at,
        ends_at: programme.ends_at,
    }
}

/// The row of a programme of `channel`.
pub(super) fn to_row(channel: uuid::Uuid, id: uuid::Uuid, entry: Entry) -> programme::Model {
    let Entry {
        starts_at,
        ends_at,
        details,
    } = entry;
    programme::Model {
        id,
        channel_id: channel,
        starts_at,
        ends_at,
        title: details.title,
        subtitle: details.subtitle,
        description: details.description,
        categories: Words(details.categories),
        season: details.season,
        episode: details.episode,
        genre: details.genre.map(|genre| genre.name().to_owned()),
        series_key: details.series_key,
        episode_key: details.episode_key,
        is_new: details.is_new,
        is_premiere: details.is_premiere,
        is_live: details.is_live,
        is_repeat: details.is_repeat,
        is_last_chance: details.is_last_chance,
        rating: details.rating,
        image_url: details.image_url,
        year: details.year,
        extras: (!details.extras.is_empty()).then_some(More(details.extras)),
    }
}

/// A programme without any details yet.
pub(super) fn nothing(starts_at: Instant, ends_at: Instant) -> Entry {
    Entry {
        starts_at,
        ends_at,
        details: Details::default(),
    }
}

/// A row as it is compared.
pub(super) fn from_row(row: programme::Model) -> Stored {
    let id = row.programme();
    let details = Details {
        title: row.title,
        subtitle: row.subtitle,
        description: row.description,
        categories: row.categories.0,
        season: row.season,
        episode: row.episode,
        genre: row.genre.as_deref().and_then(Genre::parse),
        series_key: row.series_key,
        episode_key: row.episode_key,
        is_new: row.is_new,
        is_premiere: row.is_premiere,
        is_live: row.is_live,
        is_repeat: row.is_repeat,
        is_last_chance: row.is_last_chance,
        rating: row.rating,
        image_url: row.image_url,
        year: row.year,
        extras: row.extras.unwrap_or_default().0,
    };
    Stored {
        id,
        entry: Entry {
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            details,
        },
    }
}
