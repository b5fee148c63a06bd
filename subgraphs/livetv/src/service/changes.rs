//! Writing the guide: programmes, the log of changes and the events, in one transaction.

use chrono::TimeDelta;
use database::Tx;
use futures_util::future::join;
use kernel::{ImportId, Instant};
use schema::events::livetv::{ChangeKind, GuideChanged, ProgrammeChange};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, InsertMany, IntoActiveModel,
    QueryFilter, QueryTrait, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{IDS_AT_ONCE, ROWS_AT_ONCE, log};
use crate::{
    Error,
    domain::{
        diff::{Hold, Stored},
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
    /// As it was, of one that was there and stays.
    pub before: Option<Box<programme::Model>>,
}

impl Change {
    /// It is new.
    pub fn added(programme: programme::Model) -> Self {
        Self {
            kind: Kind::Added,
            programme,
            before: None,
        }
    }

    /// A field that viewers see changed.
    pub fn updated(before: programme::Model, programme: programme::Model) -> Self {
        Self {
            kind: Kind::Updated,
            programme,
            before: Some(Box::new(before)),
        }
    }

    /// It is gone.
    pub fn removed(programme: programme::Model) -> Self {
        Self {
            kind: Kind::Removed,
            programme,
            before: None,
        }
    }

    /// The time it is about, from and to: a programme that moved was there and is here.
    fn span(&self) -> (Instant, Instant) {
        let now = (self.programme.starts_at, self.programme.ends_at);
        match &self.before {
            Some(before) => (before.starts_at.min(now.0), before.ends_at.max(now.1)),
            None => now,
        }
    }

    /// Whether its start is another one.
    fn is_moved(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|before| before.starts_at != self.programme.starts_at)
    }
}

/// Places of the log: the first and the last one.
pub(super) type Places = (i64, i64);

/// Writes `changes`, notes them in the log and raises their events. No change, no event and no place.
pub(super) async fn record(tx: &Tx, import: ImportId, changes: Vec<Change>) -> Result<Option<Places>, Error> {
    if changes.is_empty() {
        return Ok(None);
    }
    write(tx, &changes).await?;
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let first = log::take_places(tx, count).await? - count + 1;
    let now = tx.now();
    let noted = |(change, cursor): (&Change, i64)| {
        let (starts_at, ends_at) = change.span();
        guide_change::Model {
            cursor,
            import_id: import.0,
            programme_id: change.programme.id,
            channel_id: change.programme.channel_id,
            kind: change.kind,
            changed_at: now,
            starts_at: Some(starts_at),
            ends_at: Some(ends_at),
        }
    };
    let places = (first..).step_by(ROWS_AT_ONCE);
    let rows = changes.chunks(ROWS_AT_ONCE).zip(places).map(|(chunk, place)| {
        let rows = chunk.iter().zip(place..).map(noted);
        guide_change::Entity::insert_many(rows.map(IntoActiveModel::into_active_model))
    });
    insert(tx, rows).await?;
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
    Ok(Some((first, first + count - 1)))
}

async fn write(tx: &Tx, changes: &[Change]) -> Result<(), Error> {
    let of = |kind: Kind| -> Vec<&programme::Model> {
        let of_kind = changes.iter().filter(|change| change.kind == kind);
        of_kind.map(|change| &change.programme).collect()
    };
    // Removed first: a start may be taken again.
    for chunk in of(Kind::Removed).chunks(IDS_AT_ONCE) {
        let gone = programme::Column::Id.is_in(chunk.iter().map(|programme| programme.id));
        programme::Entity::delete_many().filter(gone).exec(tx).await?;
    }
    park(tx, changes).await?;
    let updated = of(Kind::Updated);
    let updated = updated.chunks(ROWS_AT_ONCE).map(|chunk| {
        let rows = programme::Entity::insert_many(chunk.iter().copied().map(row));
        rows.on_conflict(overwrite(&WRITTEN))
    });
    insert(tx, updated).await?;
    let added = of(Kind::Added);
    let added = added.chunks(ROWS_AT_ONCE);
    insert(
        tx,
        added.map(|chunk| programme::Entity::insert_many(chunk.iter().copied().map(row))),
    )
    .await
}

/// Inserts rows; they are made while those before them are written, never all at once: a whole guide of them takes as
/// much memory as the guide.
async fn insert<A: ActiveModelTrait>(
    tx: &Tx,
    inserts: impl Iterator<Item = InsertMany<A>> + Send,
) -> Result<(), Error> {
    let backend = tx.get_database_backend();
    let mut statements = inserts.map(|insert| insert.build(backend));
    let mut next = statements.next();
    while let Some(statement) = next {
        // Polled in this order: the database works on the one while the other is made.
        let (written, made) = join(tx.execute_raw(statement), async { statements.next() }).await;
        written?;
        next = made;
    }
    Ok(())
}

/// Writes programmes of which viewers see no change.
pub(super) async fn rewrite(tx: &Tx, programmes: &[programme::Model]) -> Result<(), Error> {
    let rows = programmes
        .chunks(ROWS_AT_ONCE)
        .map(|chunk| programme::Entity::insert_many(chunk.iter().map(row)).on_conflict(overwrite(&WRITTEN)));
    insert(tx, rows).await
}

/// Takes what moves out of the way: two that change places would meet at one start for a moment.
async fn park(tx: &Tx, changes: &[Change]) -> Result<(), Error> {
    let moved: Vec<_> = changes
        .iter()
        .filter(|change| change.is_moved())
        .map(|change| {
            let mut row = row(&change.programme);
            // New starts are unique in their channel, so these are too, and nothing was shown then.
            row.starts_at = Set(change.programme.starts_at - PARKED);
            row
        })
        .collect();
    let moved = moved.chunks(ROWS_AT_ONCE).map(|chunk| {
        let rows = programme::Entity::insert_many(chunk.to_vec());
        rows.on_conflict(overwrite(&[programme::Column::StartsAt]))
    });
    insert(tx, moved).await
}

/// How long ago programmes that are about to move seem to start: four centuries.
const PARKED: TimeDelta = TimeDelta::days(146_097);

/// What an import writes of a programme that is there.
const WRITTEN: [programme::Column; 21] = [
    programme::Column::StartsAt,
    programme::Column::EndsAt,
    programme::Column::Title,
    programme::Column::Subtitle,
    programme::Column::Description,
    programme::Column::Categories,
    programme::Column::Season,
    programme::Column::Episode,
    programme::Column::Genre,
    programme::Column::SeriesKey,
    programme::Column::EpisodeKey,
    programme::Column::IsNew,
    programme::Column::IsPremiere,
    programme::Column::IsLive,
    programme::Column::IsRepeat,
    programme::Column::IsLastChance,
    programme::Column::Rating,
    programme::Column::ImageUrl,
    programme::Column::Year,
    programme::Column::Extras,
    programme::Column::SourceId,
];

fn row(programme: &programme::Model) -> programme::ActiveModel {
    programme.clone().into_active_model()
}

fn overwrite(columns: &[programme::Column]) -> OnConflict {
    OnConflict::column(programme::Column::Id)
        .update_columns(columns.iter().copied())
        .to_owned()
}

fn tell(change: Change) -> ProgrammeChange {
    let Change { kind, programme, .. } = change;
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

/// The row of a programme of `channel`, written by `source`.
pub(super) fn to_row(channel: Uuid, id: Uuid, entry: Entry, source: Option<Uuid>) -> programme::Model {
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
        source_id: source,
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
pub(super) fn from_row(row: programme::Model, hold: Hold) -> Stored {
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
        source: row.source_id,
        hold,
    }
}
