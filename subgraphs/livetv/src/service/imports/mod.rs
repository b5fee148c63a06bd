//! Guide imports: a file becomes the smallest change of the guide, in one transaction.

mod commit;
mod progress;
mod queue;
mod read;
mod report;
mod undo;

use database::Tx;
use kernel::{Instant, Page, PageRequest};
use sea_orm::{EntityTrait, Order, PaginatorTrait};
use uuid::Uuid;

pub use progress::State;
pub use undo::UndoProblem;
pub(super) use {
    progress::{BEAT, Progress},
    queue::NewImport,
};

use super::{LiveTv, log, sources::fetched_key};
use crate::{
    Error,
    domain::report::{Message, Report},
    entities::guide_import::{self, Phase, Status},
};

/// What an import did.
#[derive(Default)]
struct Outcome {
    channels: usize,
    programmes: u32,
    added: usize,
    updated: usize,
    removed: usize,
    unchanged: u32,
    /// Its part of the log.
    places: Option<super::changes::Places>,
    /// Some of what it changed.
    samples: Vec<guide_import::Sample>,
}

impl LiveTv {
    /// Does an import that this process has claimed, and forgets the bytes that were copied for it.
    async fn perform(&self, row: guide_import::Model) -> Result<(), Error> {
        let id = row.id;
        self.read_and_commit(row).await?;
        self.storage.delete(&fetched_key(id)).await?;
        Ok(())
    }

    /// Does an import that this process has claimed. A file that cannot be read fails the import and changes nothing.
    async fn read_and_commit(&self, mut row: guide_import::Model) -> Result<(), Error> {
        let mut progress = Progress::new(self, row.id);
        if let Some(url) = row.url.clone().filter(|_| row.object_key.is_empty()) {
            progress.enter(Phase::Fetching).await;
            match self.fetch_into(&url, row.id, &mut progress).await? {
                Ok(key) => row.object_key = key,
                Err(text) => return self.fail(&row, Message { line: None, text }).await,
            }
            self.note_fetched(&row).await?;
        }
        let plan = self.plan(row.source_id).await?;
        progress.enter(Phase::Reading).await;
        let mut guide = match self.parse(&row.object_key, &plan.policies, &mut progress).await? {
            Ok(guide) => guide,
            Err(message) => return self.fail(&row, message).await,
        };
        progress.enter(Phase::Comparing).await;
        let tx = self.database.begin().await?;
        // One import at a time: what is compared must not change meanwhile.
        log::take_places(&tx, 0).await?;
        if !is_running(&tx, row.id).await? {
            return Ok(());
        }
        let outcome = self.commit(&tx, &row, &plan, &mut guide, &mut progress).await?;
        guide.report.sort();
        let tx = if row.dry_run {
            // Everything but the commit.
            drop(tx);
            self.database.begin().await?
        } else {
            tx
        };
        tracing::info!(
            import.id = %row.id,
            import.is_dry_run = row.dry_run,
            channels = outcome.channels,
            programmes = outcome.programmes,
            added = outcome.added,
            updated = outcome.updated,
            removed = outcome.removed,
            unchanged = outcome.unchanged,
            "guide import finished",
        );
        report::finish(&tx, &row, Status::Completed, &outcome, guide.report).await?;
        tx.commit().await?;
        // Subscribers of this process need not wait for the bus.
        self.look(false).await;
        Ok(())
    }

    /// Ends an import that changes nothing.
    async fn fail(&self, row: &guide_import::Model, message: Message) -> Result<(), Error> {
        tracing::info!(import.id = %row.id, reason = message.text, "guide import failed");
        let tx = self.database.begin().await?;
        if is_running(&tx, row.id).await? {
            report::finish(&tx, row, Status::Failed, &Outcome::default(), Report::broken(&message)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A page of imports, latest first.
    pub async fn list_imports(&self, request: &PageRequest) -> Result<Page<guide_import::Model>, Error> {
        use guide_import::Column;
        let order = [(Column::StartedAt, Order::Desc), (Column::Id, Order::Desc)];
        database::page(
            self.database.reader(),
            guide_import::Entity::find(),
            &order,
            request,
            |row| (row.started_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many imports there were.
    pub async fn count_imports(&self) -> Result<u64, Error> {
        Ok(guide_import::Entity::find().count(self.database.reader()).await?)
    }
}

/// Whether an import is not over: another process may have ended it.
async fn is_running(tx: &Tx, id: Uuid) -> Result<bool, Error> {
    let row = guide_import::Entity::find_by_id(id).one(tx).await?;
    Ok(row.is_some_and(|row| row.status == Status::Running))
}
