//! Field locks: what an editor set stays, whatever a guide says.

use std::collections::HashMap;

use database::Tx;
use kernel::{Instant, ProgrammeId};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Actor, Changed, IDS_AT_ONCE, LiveTv, Problem, audit};
use crate::{
    Error,
    domain::locks::{Field, Locks},
    entities::{
        audit_entry::Subject,
        field_lock::{self, Kind},
        programme,
    },
};

/// Locks of one channel's programmes: all fields of ten thousand of them.
const MOST_OF_CHANNEL: u64 = 80_000;
/// Locks of one programme.
const MOST_OF_SUBJECT: u64 = 20;

/// The locks of the programmes of `channels`.
pub(super) async fn of_channels(tx: &Tx, channels: &[Uuid]) -> Result<HashMap<Uuid, Locks>, Error> {
    use field_lock::Column;
    let mut found: HashMap<Uuid, Locks> = HashMap::new();
    for chunk in channels.chunks(IDS_AT_ONCE) {
        let rows = field_lock::Entity::find()
            .filter(Column::ChannelId.is_in(chunk.iter().copied()))
            .filter(Column::Kind.eq(Kind::Programme))
            .limit(MOST_OF_CHANNEL * chunk.len() as u64)
            .all(tx)
            .await?;
        for row in rows {
            let locks = found.entry(row.channel_id).or_default();
            match Field::from_name(&row.field) {
                Some(Field::Deleted) => locks.deleted.extend(row.file_starts_at),
                Some(field) => {
                    let lock = locks.programmes.entry(ProgrammeId(row.subject_id)).or_default();
                    lock.fields.insert(field);
                    lock.file_starts_at = lock.file_starts_at.or(row.file_starts_at);
                }
                None => {}
            }
        }
    }
    Ok(found)
}

/// Locks `fields` of a programme that guides know by `file_starts_at`; what is locked already keeps its start.
pub(super) async fn lock(
    tx: &Tx,
    programme: &programme::Model,
    fields: &[Field],
    file_starts_at: Instant,
) -> Result<(), Error> {
    let rows = fields.iter().map(|field| {
        let is_place = matches!(field, Field::StartsAt | Field::Deleted);
        field_lock::Model {
            subject_id: programme.id,
            field: field.name().to_owned(),
            kind: Kind::Programme,
            channel_id: programme.channel_id,
            file_starts_at: is_place.then_some(file_starts_at),
            ends_at: Some(programme.ends_at),
            locked_at: tx.now(),
        }
    });
    insert(tx, rows.collect()).await?;
    // The programme may have been moved: its locks live as long as it does.
    field_lock::Entity::update_many()
        .col_expr(field_lock::Column::EndsAt, Expr::value(programme.ends_at))
        .filter(field_lock::Column::SubjectId.eq(programme.id))
        .exec(tx)
        .await?;
    Ok(())
}

async fn insert(tx: &Tx, rows: Vec<field_lock::Model>) -> Result<(), Error> {
    use field_lock::Column;
    if rows.is_empty() {
        return Ok(());
    }
    let known = OnConflict::columns([Column::SubjectId, Column::Field])
        .do_nothing()
        .to_owned();
    field_lock::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A programme is gone: its locks give way to one, by which it does not come back.
pub(super) async fn lock_deleted(tx: &Tx, programme: &programme::Model) -> Result<(), Error> {
    let known = of_subject(tx, programme.id).await?;
    let file_starts_at = known.iter().find_map(|row| row.file_starts_at);
    delete(tx, programme.id, None).await?;
    lock(
        tx,
        programme,
        &[Field::Deleted],
        file_starts_at.unwrap_or(programme.starts_at),
    )
    .await
}

/// Forgets the locks of all programmes of a channel.
pub(super) async fn unlock_programmes_of(tx: &Tx, channel: Uuid) -> Result<(), Error> {
    field_lock::Entity::delete_many()
        .filter(field_lock::Column::ChannelId.eq(channel))
        .filter(field_lock::Column::Kind.eq(Kind::Programme))
        .exec(tx)
        .await?;
    Ok(())
}

async fn of_subject(tx: &Tx, subject: Uuid) -> Result<Vec<field_lock::Model>, Error> {
    let rows = field_lock::Entity::find()
        .filter(field_lock::Column::SubjectId.eq(subject))
        .limit(MOST_OF_SUBJECT)
        .all(tx)
        .await?;
    Ok(rows)
}

async fn delete(tx: &Tx, subject: Uuid, fields: Option<&[String]>) -> Result<(), Error> {
    let mut locks = field_lock::Entity::delete_many().filter(field_lock::Column::SubjectId.eq(subject));
    if let Some(fields) = fields {
        locks = locks.filter(field_lock::Column::Field.is_in(fields.iter().cloned()));
    }
    locks.exec(tx).await?;
    Ok(())
}

impl LiveTv {
    /// Gives fields (none named: all) of a programme back to the guide. Answers what stays locked.
    pub async fn unlock_fields(
        &self,
        actor: &Actor,
        ProgrammeId(id): ProgrammeId,
        fields: Option<Vec<String>>,
    ) -> Changed<Vec<String>> {
        let tx = self.database.begin().await?;
        super::log::take_places(&tx, 0).await?;
        let before = names(of_subject(&tx, id).await?);
        if before.is_empty() {
            let is_there = programme::Entity::find_by_id(id).one(&tx).await?.is_some();
            return Ok(if is_there {
                Ok(before)
            } else {
                Err(Problem::ProgrammeNotFound)
            });
        }
        delete(&tx, id, fields.as_deref()).await?;
        let after = names(of_subject(&tx, id).await?);
        let told = |names: &Vec<String>| vec![("lockedFields", json!(names) as Value)];
        let facts = (&told(&before), &told(&after));
        audit::note(&tx, actor, "unlockFields", (Subject::Programme, id), facts).await?;
        tx.commit().await?;
        Ok(Ok(after))
    }

    /// The names of the locked fields of programmes. One statement for any number.
    pub async fn locked_fields(&self, subjects: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, Error> {
        let rows = field_lock::Entity::find()
            .filter(field_lock::Column::SubjectId.is_in(subjects.iter().copied()))
            .limit(MOST_OF_SUBJECT * subjects.len() as u64)
            .all(self.database.reader())
            .await?;
        let mut found: HashMap<Uuid, Vec<field_lock::Model>> = HashMap::new();
        for row in rows {
            found.entry(row.subject_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(id, rows)| (id, names(rows))).collect())
    }
}

fn names(rows: Vec<field_lock::Model>) -> Vec<String> {
    let mut names: Vec<String> = rows.into_iter().map(|row| row.field).collect();
    names.sort();
    names
}
