//! Documents follow the events of the services that own them.

use std::collections::{HashMap, HashSet};

use database::{Tx, is_first_delivery};
use kernel::{EventId, Instant, TitleId};
use schema::events::{
    catalogue::{PersonRef, TitleFacts},
    livetv::{ChangeKind, ChannelChanged, ProgrammeChange},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::Search;
use crate::{
    domain::{Document, Kind},
    entities::{document, sequence, title_person},
    error::Error,
};

/// Rows of one statement.
const ROWS: usize = 200;
/// Ended programmes that one run of the job removes.
const PURGED_AT_ONCE: u64 = 2000;
/// How long the trace of an ended programme is kept: until every index has followed.
const TRACE: chrono::TimeDelta = chrono::TimeDelta::days(1);

/// A row to be written, but for its sequence.
struct Written {
    id: Uuid,
    kind: Kind,
    /// `None`: whatever was there is older.
    version: Option<i64>,
    ends_at: Option<Instant>,
    /// `None`: it is removed.
    document: Option<Document>,
}

impl Written {
    fn put(version: Option<i64>, document: Document) -> Self {
        Self {
            id: document.id,
            kind: document.kind,
            version,
            ends_at: document.ends_at,
            document: Some(document),
        }
    }

    const fn removed(id: Uuid, kind: Kind, version: Option<i64>) -> Self {
        Self {
            id,
            kind,
            version,
            ends_at: None,
            document: None,
        }
    }
}

impl Search {
    /// A title was published or changed.
    pub async fn apply_title(&self, event: EventId, facts: TitleFacts) -> Result<(), Error> {
        let Some(document) = Document::of_title(&facts) else {
            return Ok(());
        };
        let tx = self.0.db.begin().await?;
        if !is_first_delivery(&tx, event).await? || !is_newer(&tx, facts.title.0, facts.version).await? {
            return Ok(tx.commit().await?);
        }
        let mut rows = vec![Written::put(Some(facts.version), document)];
        rows.extend(relink(&tx, facts.title, &facts.people).await?);
        write(&tx, rows).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// A title was withdrawn.
    pub async fn withdraw_title(&self, event: EventId, title: TitleId, version: i64) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if !is_first_delivery(&tx, event).await? || !is_newer(&tx, title.0, version).await? {
            return Ok(tx.commit().await?);
        }
        // The trace stays even if the title was never seen: its publication may still be on its way.
        let mut rows = vec![Written::removed(title.0, Kind::Movie, Some(version))];
        rows.extend(relink(&tx, title, &[]).await?);
        write(&tx, rows).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// A channel was made, changed or deleted.
    pub async fn apply_channel(&self, event: EventId, channel: ChannelChanged) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            let row = if channel.deleted {
                Written::removed(channel.channel.0, Kind::Channel, Some(channel.version))
            } else {
                Written::put(Some(channel.version), Document::of_channel(&channel))
            };
            write(&tx, vec![row]).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Programmes changed; `cursor` is the place in the guide's change log.
    pub async fn apply_guide(&self, event: EventId, cursor: i64, changes: Vec<ProgrammeChange>) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            let now = tx.now();
            // Of several changes of one programme the last one counts.
            let mut rows: HashMap<Uuid, Written> = HashMap::new();
            for change in changes {
                let id = change.programme.0;
                let has_ended = change.ends_at <= now;
                if change.kind == ChangeKind::Removed || has_ended {
                    if change.kind != ChangeKind::Added {
                        let ends_at = Some(change.ends_at);
                        rows.insert(
                            id,
                            Written {
                                ends_at,
                                ..Written::removed(id, Kind::Programme, Some(cursor))
                            },
                        );
                    }
                } else {
                    rows.insert(id, Written::put(Some(cursor), Document::of_programme(&change)));
                }
            }
            let mut rows: Vec<Written> = rows.into_values().collect();
            rows.sort_by_key(|row| row.id);
            write(&tx, rows).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Removes programmes that ended, and forgets those that were removed long ago.
    pub async fn purge_ended(&self) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        let now = tx.now();
        let ended = document::Entity::ended(now, PURGED_AT_ONCE).all(&tx).await?;
        let remove = |row: document::Model| Written {
            ends_at: row.ends_at,
            ..Written::removed(row.id, Kind::Programme, Some(row.version + 1))
        };
        write(&tx, ended.into_iter().map(remove).collect()).await?;
        document::Entity::delete_many()
            .filter(document::Column::Removed.eq(true))
            .filter(document::Column::EndsAt.lte(now - TRACE))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }
}

async fn is_newer(tx: &Tx, id: Uuid, version: i64) -> Result<bool, Error> {
    let known = document::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    Ok(known.is_none_or(|row| row.version < version))
}

/// Makes `people` the people of `title`; gives back the people that can be found from now on, or no longer.
async fn relink(tx: &Tx, title: TitleId, people: &[PersonRef]) -> Result<Vec<Written>, Error> {
    use title_person::{ActiveModel, Column, Entity};
    let before = Entity::find()
        .filter(Column::TitleId.eq(title.0))
        .limit(5000)
        .all(tx)
        .await?;
    let before: HashSet<Uuid> = before.into_iter().map(|row| row.person_id).collect();
    let named: HashMap<Uuid, &str> = people
        .iter()
        .map(|person| (person.id.0, person.name.as_str()))
        .collect();
    let gone: Vec<Uuid> = before.iter().copied().filter(|id| !named.contains_key(id)).collect();
    let mut rows = Vec::new();
    for gone in gone.chunks(ROWS) {
        let mine = Entity::delete_many().filter(Column::TitleId.eq(title.0));
        mine.filter(Column::PersonId.is_in(gone.iter().copied()))
            .exec(tx)
            .await?;
        let still = Entity::find().select_only().column(Column::PersonId).distinct();
        let still = still.filter(Column::PersonId.is_in(gone.iter().copied()));
        let still: HashSet<Uuid> = still
            .limit(ROWS as u64)
            .into_tuple::<Uuid>()
            .all(tx)
            .await?
            .into_iter()
            .collect();
        let lost = gone.iter().filter(|id| !still.contains(id));
        rows.extend(lost.map(|id| Written::removed(*id, Kind::Person, None)));
    }
    let mut new: Vec<Uuid> = named.keys().copied().filter(|id| !before.contains(id)).collect();
    new.sort_unstable();
    for new in new.chunks(ROWS) {
        let links = new.iter().map(|id| ActiveModel {
            title_id: Set(title.0),
            person_id: Set(*id),
        });
        let keep = OnConflict::columns([Column::TitleId, Column::PersonId])
            .do_nothing()
            .to_owned();
        Entity::insert_many(links)
            .on_conflict(keep)
            .exec_without_returning(tx)
            .await?;
    }
    rows.extend(changed_people(tx, &named).await?);
    Ok(rows)
}

async fn changed_people(tx: &Tx, named: &HashMap<Uuid, &str>) -> Result<Vec<Written>, Error> {
    let mut ids: Vec<Uuid> = named.keys().copied().collect();
    ids.sort_unstable();
    let mut rows = Vec::new();
    for ids in ids.chunks(ROWS) {
        let known = document::Entity::find().filter(document::Column::Id.is_in(ids.iter().copied()));
        let known = known.limit(ROWS as u64).all(tx).await?;
        let known: HashMap<Uuid, String> = known.into_iter().map(|row| (row.id, row.body)).collect();
        for id in ids {
            let document = Document::of_person(*id, named.get(id).copied().unwrap_or_default());
            if known.get(id).is_none_or(|body| *body != to_json(&document)) {
                rows.push(Written::put(None, document));
            }
        }
    }
    Ok(rows)
}

fn to_json(document: &Document) -> String {
    serde_json::to_string(document).expect("a document is plain data")
}

/// Writes `rows`, each with a sequence of its own; rows that are known in the same or a newer version stay.
async fn write(tx: &Tx, rows: Vec<Written>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    sequence::Entity::update_many()
        .col_expr(sequence::Column::Last, Expr::col(sequence::Column::Last).add(count))
        .filter(sequence::Column::Id.eq(sequence::ONLY))
        .exec(tx)
        .await?;
    let last = sequence::Entity::find_by_id(sequence::ONLY)
        .one(tx)
        .await?
        .map_or(count, |row| row.last);
    let mut rows: Vec<document::ActiveModel> = (last - count + 1..).zip(rows).map(active).collect();
    while !rows.is_empty() {
        let chunk: Vec<document::ActiveModel> = rows.drain(..rows.len().min(ROWS)).collect();
        document::Entity::insert_many(chunk)
            .on_conflict(newest_wins())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn active((sequence, row): (i64, Written)) -> document::ActiveModel {
    document::ActiveModel {
        id: Set(row.id),
        kind: Set(row.kind.name().to_owned()),
        version: Set(row.version.unwrap_or(sequence)),
        sequence: Set(sequence),
        removed: Set(row.document.is_none()),
        ends_at: Set(row.ends_at),
        body: Set(row.document.as_ref().map(to_json).unwrap_or_default()),
    }
}

fn newest_wins() -> OnConflict {
    use document::Column;
    let known = Expr::col((document::Entity, Column::Version));
    let columns = [
        Column::Kind,
        Column::Version,
        Column::Sequence,
        Column::Removed,
        Column::EndsAt,
        Column::Body,
    ];
    OnConflict::column(Column::Id)
        .update_columns(columns)
        .action_and_where(known.lt(Expr::col(("excluded", Column::Version))))
        .to_owned()
}
