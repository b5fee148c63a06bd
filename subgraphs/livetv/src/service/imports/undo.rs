//! Undoing the last import of a source: what it changed becomes what it was, if nothing newer touched it.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use database::Tx;
use kernel::ImportId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::{
    Error,
    entities::{
        audit_entry::Subject,
        guide_change::{self, Kind},
        guide_import::{self, Status},
        guide_log, import_image, programme,
    },
    service::{
        Actor, IDS_AT_ONCE, LiveTv, ROWS_AT_ONCE, audit,
        changes::{self, Change},
        log,
    },
};

/// More changes than an import makes.
const MOST_CHANGES: u64 = 2_000_000;

/// Why an import is not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UndoProblem {
    /// There is no such import.
    #[error("this import does not exist")]
    ImportNotFound,
    /// It changed nothing, or is undone already.
    #[error("this import changed nothing that could be undone")]
    NothingToUndo,
    /// Something newer changed the guide of its channels.
    #[error("the guide of these channels was changed since")]
    ChangedSince,
    /// What it replaced is no longer known: it was too long ago, or its source was imported again.
    #[error("what this import replaced is no longer known")]
    TooOld,
}

/// What an import changed.
struct Changed {
    changes: Vec<guide_change::Model>,
    images: HashMap<Uuid, programme::Model>,
}

impl LiveTv {
    /// Undoes an import, with events of what truly changes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn undo_import(
        &self,
        actor: &Actor,
        id: ImportId,
    ) -> Result<Result<guide_import::Model, UndoProblem>, Error> {
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let Some(mut import) = guide_import::Entity::find_by_id(id.0).one(&tx).await? else {
            return Ok(Err(UndoProblem::ImportNotFound));
        };
        let changed = match changed_by(&tx, &import).await? {
            Ok(changed) => changed,
            Err(problem) => return Ok(Err(problem)),
        };
        let undone = self.inverse(&tx, changed).await?;
        let count = undone.changes.len();
        changes::rewrite(&tx, &undone.silent).await?;
        changes::record(&tx, ImportId(tx.next_id()), undone.changes).await?;
        import.undone_at = Some(tx.now());
        let row = guide_import::ActiveModel {
            id: Set(import.id),
            undone_at: Set(import.undone_at),
            ..Default::default()
        };
        guide_import::Entity::update(row).exec(&tx).await?;
        import_image::Entity::delete_many()
            .filter(import_image::Column::ImportId.eq(import.id))
            .exec(&tx)
            .await?;
        let subject = (Subject::Source, import.source_id.unwrap_or_default());
        let facts = (&Vec::new(), &vec![("importId", import.id.to_string().into())]);
        audit::note(&tx, actor, "undoEpgImport", subject, facts).await?;
        tx.commit().await?;
        self.look(false).await;
        tracing::info!(import.id = %id, changes = count, "guide import undone");
        Ok(Ok(import))
    }

    /// The changes that make what it was.
    async fn inverse(&self, tx: &Tx, changed: Changed) -> Result<Undone, Error> {
        let Changed { changes, mut images } = changed;
        let window = TimeDelta::days(i64::from(self.settings.catch_up_days));
        let forgotten = tx.now() - window;
        let ids: Vec<Uuid> = changes.iter().map(|change| change.programme_id).collect();
        let mut present = present(tx, &ids).await?;
        let mut undone = Undone::default();
        for change in changes {
            let (is, was) = (
                present.remove(&change.programme_id),
                images.remove(&change.programme_id),
            );
            let inverse = match (change.kind, is, was) {
                (Kind::Added, Some(is), _) => Change::removed(is),
                (Kind::Updated, Some(is), Some(was)) => Change::updated(is, was),
                (Kind::Removed, None, Some(was)) if was.ends_at >= forgotten => Change::added(was),
                // Time has passed over it.
                _ => continue,
            };
            undone.changes.push(inverse);
        }
        let rest: Vec<Uuid> = images.keys().copied().collect();
        let there = self::present(tx, &rest).await?;
        undone.silent = images.into_values().filter(|was| there.contains_key(&was.id)).collect();
        Ok(undone)
    }
}

/// What undoing writes.
#[derive(Default)]
struct Undone {
    changes: Vec<Change>,
    silent: Vec<programme::Model>,
}

/// What an import changed, or why that cannot be undone.
async fn changed_by(tx: &Tx, import: &guide_import::Model) -> Result<Result<Changed, UndoProblem>, Error> {
    use guide_change::Column;
    let is_done = import.status == Status::Completed && import.undone_at.is_none();
    let (Some(first), Some(last), true) = (import.first_cursor, import.last_cursor, is_done) else {
        return Ok(Err(UndoProblem::NothingToUndo));
    };
    let log = guide_log::Entity::find_by_id(guide_log::ONLY).one(tx).await?;
    if log.is_none_or(|log| log.purged_to >= first) {
        return Ok(Err(UndoProblem::TooOld));
    }
    let changes = guide_change::Entity::find()
        .filter(Column::Cursor.between(first, last))
        .order_by_asc(Column::Cursor)
        .limit(MOST_CHANGES)
        .all(tx)
        .await?;
    let channels: BTreeSet<Uuid> = changes.iter().map(|change| change.channel_id).collect();
    let channels: Vec<Uuid> = channels.into_iter().collect();
    for chunk in channels.chunks(IDS_AT_ONCE) {
        let newer = guide_change::Entity::find()
            .filter(Column::ChannelId.is_in(chunk.iter().copied()))
            .filter(Column::Cursor.gt(last))
            .limit(1)
            .one(tx)
            .await?;
        if newer.is_some() {
            return Ok(Err(UndoProblem::ChangedSince));
        }
    }
    let images = images_of(tx, import.id).await?;
    let is_known =
        |change: &guide_change::Model| change.kind == Kind::Added || images.contains_key(&change.programme_id);
    if !changes.iter().all(is_known) {
        return Ok(Err(UndoProblem::TooOld));
    }
    Ok(Ok(Changed { changes, images }))
}

async fn images_of(tx: &Tx, import: Uuid) -> Result<HashMap<Uuid, programme::Model>, Error> {
    let rows = import_image::Entity::find()
        .filter(import_image::Column::ImportId.eq(import))
        .limit(MOST_CHANGES)
        .all(tx)
        .await?;
    // One that cannot be read is of an older release: not known any more.
    let read = |row: import_image::Model| Some((row.programme_id, serde_json::from_value(row.image).ok()?));
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Programmes as they are.
async fn present(tx: &Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, programme::Model>, Error> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(IDS_AT_ONCE) {
        let rows = programme::Entity::find()
            .filter(programme::Column::Id.is_in(chunk.iter().copied()))
            .limit(chunk.len() as u64)
            .all(tx)
            .await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

/// Keeps what an import is about to change.
pub(super) async fn keep_images(
    tx: &Tx,
    import: &guide_import::Model,
    changes: &[Change],
    silent: &[(programme::Model, programme::Model)],
) -> Result<(), Error> {
    let changed = changes.iter().filter_map(|change| match change.kind {
        Kind::Added => None,
        Kind::Updated => change.before.as_deref(),
        Kind::Removed => Some(&change.programme),
    });
    let images: Vec<&programme::Model> = changed.chain(silent.iter().map(|(before, _)| before)).collect();
    let row = |image: &programme::Model| {
        let row = import_image::Model {
            import_id: import.id,
            programme_id: image.id,
            image: serde_json::to_value(image).unwrap_or_default(),
        };
        row.into_active_model()
    };
    for chunk in images.chunks(ROWS_AT_ONCE) {
        let writing = import_image::Entity::insert_many(chunk.iter().copied().map(row));
        writing.exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Forgets what the source's imports had changed: only the last one can be undone.
pub(super) async fn forget_images(tx: &Tx, source: Option<Uuid>) -> Result<(), Error> {
    use guide_import::Column;
    let of_source = match source {
        Some(source) => Column::SourceId.eq(source),
        None => Column::SourceId.is_null(),
    };
    let imports = guide_import::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(of_source)
        .into_query();
    import_image::Entity::delete_many()
        .filter(import_image::Column::ImportId.in_subquery(imports))
        .exec(tx)
        .await?;
    Ok(())
}
